// The hall as a page knows it: a snapshot, kept fresh by patches from the
// feed, and a way to send commands. Pages never work out the state from
// records; records are for effects such as the pulse of a call.
import { Outbox, Refusal, newId } from './outbox.js';
import { language } from './texts.js';

export { Refusal, newId };

const LISTS = ['services', 'windows', 'devices', 'cameras'];

const EMPTY = ['chains', 'departments', 'services', 'classes', 'windows', 'waiting', 'journeys', 'calls', 'kiosks', 'walls', 'cameras', 'devices', 'alerts'];

/** An empty list may come as nothing at all; pages may rely on lists. @param {any} state */
function whole(state) {
  for (const key of EMPTY) state[key] ||= [];
  return state;
}

/**
 * Puts changed objects into a list by their id and leaves the others alone.
 * @param {any[]} list @param {any[]} changed
 */
export function upsert(list, changed) {
  const byId = new Map(changed.map((c) => [c.id, c]));
  const kept = (list || []).map((old) => {
    const fresh = byId.get(old.id);
    byId.delete(old.id);
    return fresh ? { ...old, ...fresh } : old;
  });
  return [...kept, ...byId.values()];
}

/**
 * Events: `change` (state or connection changed), `record` (detail: one
 * record), `build` (the program was renewed).
 */
export class Hall extends EventTarget {
  /** @param {{build: string, topics?: string[]}} o */
  constructor({ build, topics = ['queue', 'devices', 'alerts', 'view'] }) {
    super();
    this.build = build;
    this.topics = topics;
    /** @type {any} */
    this.state = null;
    this.seq = 0; // the last record heard of
    this.stateSeq = 0; // the record that the state belongs to
    this.epoch = '';
    this.heartbeat = 10;
    this.offset = 0; // the hall's clock minus ours, in milliseconds
    this.heard = 0; // when the feed last said anything, by performance.now()
    this.lastGood = 0; // the same by the hall's clock, for people
    this.up = false;
    this.failures = 0;
    /** @type {WebSocket|null} */
    this.socket = null;
    this.outbox = new Outbox((m) => this.send(m));
  }

  start() {
    this.heard = performance.now();
    this.connect();
    setInterval(() => this.watch(), 500); // people must know within five seconds
    addEventListener('online', () => this.socket || this.connect());
    return this;
  }

  /** The hall's clock. */
  now() { return new Date(Date.now() + this.offset); }

  /** Seconds since a time of the hall. @param {string|undefined} at */
  since(at) { return at ? (this.now().getTime() - Date.parse(at)) / 1000 : 0; }

  /** Seconds for which the feed has been away; 0 while all is well. */
  get away() {
    if (this.up) return 0;
    return (performance.now() - this.heard) / 1000;
  }

  /** Whether people must be told that what they see may be old. */
  get stale() { return !this.up && (this.away > Math.min(4, this.heartbeat) || this.failures > 2); }

  /** Sends a command; a refusal comes in the language of the page. @param {any} body @param {string} [id] */
  command(body, id = newId()) { return this.outbox.add(id, { lang: language(), ...body }); }

  connect() {
    const url = new URL('/api/v1/feed', location.href.replace(/^http/, 'ws'));
    url.searchParams.set('topics', this.topics.join(','));
    if (this.state && this.epoch) {
      url.searchParams.set('since', String(this.seq));
      url.searchParams.set('epoch', this.epoch);
    }
    const socket = new WebSocket(url, 'lobby.v1');
    this.socket = socket;
    socket.onmessage = (e) => { if (this.socket === socket) this.receive(JSON.parse(e.data)); };
    socket.onclose = () => { if (this.socket === socket) this.lost(); };
  }

  /** A silent feed is a dead feed, even if the socket does not say so. */
  watch() {
    const silent = (performance.now() - this.heard) / 1000;
    if (this.socket && silent > Math.min(this.heartbeat * 2.5, this.heartbeat + 2)) {
      const socket = this.socket;
      this.lost();
      socket.close();
    }
    if (!this.up) this.changed();
  }

  lost() {
    this.socket = null;
    this.up = false;
    this.failures++;
    // Full jitter: 80 screens must not come back in the same instant.
    const limit = Math.min(15000, 500 * 2 ** Math.min(this.failures, 6));
    setTimeout(() => this.socket || this.connect(), 250 + Math.random() * limit);
    this.changed();
  }

  /** @param {any} m */
  receive(m) {
    this.heard = performance.now();
    this.lastGood = Date.now() + this.offset;
    const handle = { hello: this.hello, snapshot: this.snapshot, patch: this.patch, record: this.record, skip: this.skip, beat: this.beat }[m.type];
    if (handle) handle.call(this, m);
    else if (m.type === 'answer') this.outbox.answer(m);
  }

  /** @param {any} m */
  hello(m) {
    this.heartbeat = m.heartbeat || 10;
    if (this.epoch && this.epoch !== m.epoch) this.seq = this.stateSeq = 0;
    const resumed = this.state !== null;
    this.epoch = m.epoch;
    this.up = true;
    this.failures = 0;
    this.outbox.resend();
    if (m.build && m.build !== this.build) this.dispatchEvent(new CustomEvent('build', { detail: m.build }));
    // A resumed feed sends the missing records and no snapshot, so the whole
    // state is fetched once: it is small, and then nothing can be missing.
    if (resumed) this.fetchState();
    this.changed();
  }

  /** @param {any} m */
  snapshot(m) {
    this.state = whole({ ...m.state });
    this.seq = Math.max(this.seq, m.seq);
    this.stateSeq = m.seq;
    this.setClock(m.state);
    this.changed();
  }

  /** @param {any} m */
  patch(m) {
    if (!this.state || m.seq < this.stateSeq) return;
    const next = { ...this.state };
    for (const [key, value] of Object.entries(m.state)) {
      next[key] = LISTS.includes(key) ? upsert(next[key], value || []) : value;
    }
    this.state = whole(next);
    this.seq = Math.max(this.seq, m.seq);
    this.stateSeq = m.seq;
    this.setClock(m.state);
    this.changed();
  }

  /** @param {any} m */
  record(m) {
    if (this.state && this.seq && m.seq > this.seq + 1) this.fetchState();
    this.seq = Math.max(this.seq, m.seq);
    // The hall's clock is at least at the record: it may run fast in a demonstration.
    if (m.at) this.offset = Math.max(this.offset, Date.parse(m.at) - Date.now());
    this.dispatchEvent(new CustomEvent('record', { detail: m }));
  }

  /** @param {any} m */
  skip(m) { this.seq = Math.max(this.seq, m.to); }

  /** @param {any} m */
  beat(m) {
    if (m.now) this.setClock(m);
    if (this.state && m.seq > this.seq) this.fetchState();
  }

  /** Asks for everything, at most once in two seconds. */
  async fetchState() {
    if (this.fetching) return;
    this.fetching = true;
    setTimeout(() => { this.fetching = false; }, 2000);
    try {
      const answer = await fetch('/api/v1/state', { cache: 'no-store' });
      if (!answer.ok) return;
      const body = await answer.json();
      const seq = body.seq ?? this.stateSeq;
      if (seq >= this.stateSeq) this.snapshot({ seq, state: body.state || body });
    } catch { /* The feed says when it is away; the next record asks again. */ }
  }

  /** @param {any} m */
  setClock(m) {
    if (m.now) this.offset = Date.parse(m.now) - Date.now();
    this.lastGood = Date.now() + this.offset;
  }

  /** @param {any} message */
  send(message) {
    if (!this.up || !this.socket || this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  changed() { this.dispatchEvent(new Event('change')); }
}
