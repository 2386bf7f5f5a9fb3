// <lobby-call-bar hall="https://hall.example" window="12" lang="zh-CN" keys>:
// the calls of one window inside another maker's page. One file without
// imports, so that a page of any make can load it; it lives in a shadow tree,
// and takes its colours from --lobby-* or --hall-* properties.
// hardware-docs/window-software.md lists attributes, properties and events.

const GUARD = 3000; // milliseconds after a call in which "next" does nothing
const RECALL_GAP = 10000; // milliseconds between two calls of one number
const RECALLS = 3;
const STALE = 4000; // milliseconds without the hall before the bar says so

const WORDS = /** @type {Record<string, Record<string, string>>} */ ({
  'zh-CN': { idle: '空闲', calling: '已叫号', serving: '办理中', paused: '暂停', closed: '未开放', draining: '收尾', people: '人', wait: '等候 约 {n} 分', waits: '等候', next: '叫下一位', finishNext: '办结叫号', arrive: '开始办理', recall: '重呼', noShow: '过号', transfer: '转移', invite: '评价', pause: '暂停', resume: '恢复', to: '转到窗口', why: '为什么暂停', back: '返回', off: '连接中断', name: '叫号', away: '短暂离开', meal: '用餐', meeting: '会议', unknown: '没有这个窗口' },
  'zh-TW': { idle: '空閒', calling: '已叫號', serving: '辦理中', paused: '暫停', closed: '未開放', draining: '收尾', people: '人', wait: '等候 約 {n} 分', waits: '等候', next: '叫下一位', finishNext: '辦結叫號', arrive: '開始辦理', recall: '重呼', noShow: '過號', transfer: '轉移', invite: '評價', pause: '暫停', resume: '恢復', to: '轉到窗口', why: '為什麼暫停', back: '返回', off: '連線中斷', name: '叫號', away: '短暫離開', meal: '用餐', meeting: '會議', unknown: '沒有這個窗口' },
  en: { idle: 'Idle', calling: 'Called', serving: 'Serving', paused: 'Paused', closed: 'Closed', draining: 'Closing', people: '', wait: 'waiting, about {n} min', waits: 'waiting', next: 'Call next', finishNext: 'Finish, next', arrive: 'Start', recall: 'Again', noShow: 'No-show', transfer: 'Transfer', invite: 'Rating', pause: 'Pause', resume: 'Resume', to: 'To window', why: 'Why pause?', back: 'Back', off: 'Connection lost', name: 'Calls', away: 'Short break', meal: 'Meal', meeting: 'Meeting', unknown: 'No such window' },
});

const KEYS = /** @type {Record<string, string>} */ ({ F9: 'next', F8: 'recall', F2: 'arrive', F4: 'noShow', 'Alt+KeyT': 'transfer', 'Alt+KeyR': 'invite', 'Alt+KeyP': 'pause' });

const PATHS = /** @type {Record<string, string>} */ ({
  next: 'M4 12h16M14 6l6 6-6 6', recall: 'M20 12a8 8 0 1 1-2.5-5.800M20 3v4.500h-4.500', noShow: 'M5 5l9 7-9 7V5ZM18 5v14', transfer: 'M4 8h14l-4-4M20 16H6l4 4',
  invite: 'M12 3.500l2.600 5.500 6 .8-4.400 4.200 1.100 6L12 17.100 6.700 20l1.100-6L3.400 9.800l6-.8L12 3.500Z', pause: 'M8 5v14M16 5v14',
});

const STYLE = `:host{display:inline-block;font-family:var(--lobby-font,"Noto Sans SC","Noto Sans CJK SC","Microsoft YaHei",system-ui,sans-serif);font-size:16px;line-height:1.25;color:var(--lobby-ink,var(--hall-ink,#122327))}
:host([hidden]){display:none}*{box-sizing:border-box}
.bar{display:flex;height:76px;border-radius:16px;overflow:hidden;background:var(--lobby-surface,var(--hall-surface,#fff));border:1px solid var(--lobby-line,var(--hall-line,#c9c9bd));box-shadow:0 8px 32px rgba(10,40,45,.18)}
.who{min-width:150px;padding:0 18px;background:var(--lobby-strong,var(--hall-strong,#06434a));color:var(--lobby-on-primary,var(--hall-on-primary,#fff));display:flex;flex-direction:column;justify-content:center}
.who b{font-size:36px;line-height:1.15;font-weight:700;white-space:nowrap}.who span{font-size:13px}.who i{font-style:normal}
.off .who{background:var(--lobby-bad,var(--hall-bad,#a52a1c))}
.line{min-width:118px;padding:0 16px;display:flex;flex-direction:column;justify-content:center}.line b{font-size:23px}.line span{font-size:14px;color:var(--lobby-ink-2,var(--hall-ink-2,#43555a));white-space:nowrap}
button{font:inherit;color:inherit;background:none;border:0;border-left:1px solid var(--lobby-line,var(--hall-line,#e0dfd5));min-width:76px;padding:0 14px;cursor:pointer;display:flex;flex-direction:column;align-items:center;justify-content:center;gap:4px;font-weight:600;white-space:nowrap}
button small{font-size:11px;font-weight:600;margin-left:4px}button svg{width:22px;height:22px;fill:none;stroke:var(--lobby-primary,var(--hall-primary,#0c5a5e));stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.next{min-width:128px;font-size:18px;background:var(--lobby-primary,var(--hall-primary,#0c5a5e));color:var(--lobby-on-primary,var(--hall-on-primary,#fff))}.next svg{stroke:currentColor}
button[disabled]{cursor:default;color:#6a777a}button[disabled] svg{stroke:currentColor;opacity:.6}.next[disabled]{background:#5f7376;color:#fff}
button:focus-visible{outline:3px solid var(--lobby-focus,#1b3fd1);outline-offset:-4px}.next:focus-visible{outline-color:#fff}
dialog{border:0;border-radius:16px;padding:24px;width:440px;max-width:90vw;color:inherit;background:var(--lobby-surface,var(--hall-surface,#fff))}dialog h2{margin:0 0 14px;font-size:20px}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(64px,1fr));gap:8px;max-height:50vh;overflow:auto}.grid.words{grid-template-columns:1fr}
dialog button{border:1px solid var(--lobby-line,var(--hall-line,#8b979a));border-radius:10px;min-height:44px;min-width:0}dialog .back{margin-top:12px;border-color:transparent}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}`;

/** An id nobody else uses. */
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (x) => x.toString(16).padStart(2, '0')).join('');

const HOME = new URL(import.meta.url).origin;

/** The feed of one window: its state, and commands that are sent again until they are answered. */
class Line {
  /** @param {string} hall @param {() => void} changed */
  constructor(hall, changed) {
    this.url = new URL('/api/v1/feed?topics=queue,view', hall.replace(/^http/, 'ws'));
    this.changed = changed;
    /** @type {any} */
    this.state = null;
    /** @type {Map<string, any>} */
    this.open = new Map();
    this.up = false;
    this.failures = 0;
    this.heard = performance.now();
    this.heartbeat = 10;
    this.offset = 0;
    this.timer = setInterval(() => this.watch(), 500);
    this.connect();
  }

  connect() {
    if (this.stopped) return;
    const socket = new WebSocket(this.url, 'lobby.v1');
    this.socket = socket;
    socket.onmessage = (e) => { if (this.socket === socket) this.receive(JSON.parse(e.data)); };
    socket.onclose = () => { if (this.socket === socket) this.lost(); };
  }

  /** A silent feed is a dead feed. */
  watch() {
    if (this.socket && performance.now() - this.heard > Math.min(this.heartbeat * 2500, this.heartbeat * 1000 + 2000)) {
      const { socket } = this;
      this.lost();
      socket.close();
    }
    this.changed();
  }

  lost() {
    this.socket = undefined;
    this.up = false;
    this.failures++;
    setTimeout(() => this.socket || this.connect(), 250 + Math.random() * Math.min(15000, 500 * 2 ** Math.min(this.failures, 6)));
    this.changed();
  }

  get stale() { return !this.up && performance.now() - this.heard > STALE; }

  /** @param {string} at */
  since(at) { return at ? Math.max(0, (Date.now() + this.offset - Date.parse(at)) / 1000) : 0; }

  /** @param {any} m */
  receive(m) {
    this.heard = performance.now();
    if (m.type === 'hello') {
      this.up = true;
      this.failures = 0;
      this.heartbeat = m.heartbeat || 10;
      for (const [id, e] of this.open) this.send({ type: 'command', id, command: e.command });
    } else if (m.type === 'snapshot') this.state = { ...m.state };
    else if (m.type === 'patch') this.patch(m.state);
    else if (m.type === 'answer') this.answer(m);
    if (m.state?.now || m.now) this.offset = Date.parse(m.state?.now || m.now) - Date.now();
    if (m.type !== 'record') this.changed();
  }

  /** @param {any} part */
  patch(part) {
    for (const [key, value] of Object.entries(part)) {
      if (key !== 'windows' && key !== 'services') this.state[key] = value;
      else for (const fresh of value || []) this.state[key] = (this.state[key] || []).map((/** @type {any} */ old) => (old.id === fresh.id ? { ...old, ...fresh } : old));
    }
  }

  /** @param {any} m */
  answer(m) {
    const e = this.open.get(m.id);
    this.open.delete(m.id);
    if (m.ok) e?.resolve(m.result || {});
    else e?.reject(Object.assign(new Error(m.refusal?.say || ''), { code: m.refusal?.code || 'refused' }));
  }

  /** @param {any} command @returns {Promise<any>} */
  command(command) {
    const id = newId();
    return new Promise((resolve, reject) => {
      this.open.set(id, { command, resolve, reject });
      this.send({ type: 'command', id, command });
    });
  }

  /** @param {any} m */
  send(m) { if (this.up && this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(m)); }

  stop() {
    this.stopped = true;
    clearInterval(this.timer);
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
  }
}

export class LobbyCallBar extends HTMLElement {
  static observedAttributes = ['hall', 'window', 'lang', 'keys'];

  constructor() {
    super();
    this.attachShadow({ mode: 'open' });
    this.calledAt = 0;
    this.recalledAt = 0;
    this.busy = false;
    this.drawn = '';
    this.onkey = (/** @type {KeyboardEvent} */ e) => this.pressed(e);
  }

  connectedCallback() {
    this.line = new Line(this.getAttribute('hall') || HOME, () => this.changed());
    addEventListener('keydown', this.onkey);
    this.draw();
  }

  disconnectedCallback() {
    removeEventListener('keydown', this.onkey);
    this.line?.stop();
    this.line = undefined;
  }

  /** @param {string} name @param {string|null} before @param {string|null} now */
  attributeChangedCallback(name, before, now) {
    if (!this.line || before === now) return;
    if (name === 'hall') {
      this.line.stop();
      this.line = new Line(now || HOME, () => this.changed());
    }
    this.draw();
  }

  /** The window as the hall knows it, or undefined. */
  get state() { return (this.line?.state?.windows || []).find((/** @type {any} */ w) => w.id === this.getAttribute('window')); }

  /** The number at the window, or "". */
  get ticket() { return this.state?.ticket || ''; }

  /** How many wait for this window. */
  get waiting() {
    const mine = this.state?.services || [];
    return (this.line?.state?.waiting || []).filter((/** @type {any} */ x) => x.state === 'waiting' && mine.includes(x.service)).length;
  }

  /** Whether the hall answers. */
  get up() { return Boolean(this.line?.up); }

  /** @param {string} key */
  word(key) { return (WORDS[this.getAttribute('lang') || 'zh-CN'] || WORDS['zh-CN'])[key]; }

  changed() {
    const w = this.state;
    const told = JSON.stringify([w?.state, w?.ticket, w?.recalls]);
    if (told !== this.told) {
      if (w?.state === 'calling' && w.ticket !== this.lastCalled) this.tell('lobby-call', { ticket: (this.lastCalled = w.ticket), window: w.id });
      this.told = told;
      this.tell('lobby-state', { window: w && { ...w } });
    }
    if (this.wasUp !== this.up) this.tell('lobby-connection', { up: (this.wasUp = this.up) });
    this.draw();
  }

  /** @param {string} name @param {any} detail */
  tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true })); }

  /** @param {any} command */
  async send(command) {
    if (this.busy || !this.line) return false;
    this.busy = true;
    this.draw();
    try {
      await this.line.command({ window: this.getAttribute('window'), ...command });
      return true;
    } catch (e) {
      this.tell('lobby-refused', { code: /** @type {any} */ (e).code, say: /** @type {any} */ (e).message });
      this.said = /** @type {any} */ (e).message;
      setTimeout(() => { this.said = ''; this.draw(); }, 5000);
      return false;
    } finally {
      this.busy = false;
      this.draw();
    }
  }

  /** Starts with who was called; or finishes with who is here and calls the next. */
  async next() {
    const w = this.state;
    if (!w || this.busy || Date.now() - this.calledAt < GUARD) return;
    if (w.state === 'calling') {
      await this.arrive();
      return;
    }
    if (w.state === 'serving' && !(await this.send({ type: 'finish', outcome: 'done' }))) return;
    if (!['idle', 'serving'].includes(w.state) || (w.state === 'serving' && !this.waiting)) return;
    if (await this.send({ type: 'call_next' })) {
      this.calledAt = Date.now();
      this.recalledAt = 0;
      setTimeout(() => this.draw(), GUARD + 20);
    }
  }

  async arrive() { if (this.may('arrive')) await this.send({ type: 'arrive' }); }

  async recall() { if (this.may('recall') && await this.send({ type: 'recall' })) this.recalledAt = Date.now(); }

  async noShow() { if (this.may('noShow')) await this.send({ type: 'no_show' }); }

  async invite() { if (this.may('invite')) await this.send({ type: 'invite' }); }

  /** Transfers who is here, or asks where to. @param {{window?: string, service?: string, keep?: boolean}} [to] */
  async transfer(to) {
    if (!this.may('transfer')) return;
    if (to) await this.send({ type: 'transfer', keep: to.keep ?? true, ...(to.window ? { to_window: to.window } : { to_service: to.service }) });
    else this.ask('transfer');
  }

  /** Pauses with a reason, or asks for it; resumes a window that is paused. @param {string} [reason] */
  async pause(reason) {
    if (this.state?.state === 'paused') await this.send({ type: 'window_resume' });
    else if (reason) await this.send({ type: 'window_pause', reason });
    else if (this.may('pause')) this.ask('pause');
  }

  /** @param {string} action */
  may(action) {
    const w = this.state;
    if (!w || this.busy) return false;
    const rung = this.line?.since(w.called_at) || 0;
    return {
      next: Date.now() - this.calledAt >= GUARD && (['calling', 'serving'].includes(w.state) || (w.state === 'idle' && this.waiting > 0)),
      arrive: w.state === 'calling',
      recall: w.state === 'calling' && (w.recalls || 0) < RECALLS && rung * 1000 > RECALL_GAP && Date.now() - this.recalledAt > RECALL_GAP,
      noShow: w.state === 'calling', transfer: ['calling', 'serving'].includes(w.state), invite: w.state === 'idle' && w.done > 0, pause: ['idle', 'paused'].includes(w.state),
    }[action] || false;
  }

  /** @param {KeyboardEvent} e */
  pressed(e) {
    if (!this.hasAttribute('keys') || this.getAttribute('keys') === 'off' || e.repeat || e.ctrlKey || e.metaKey) return;
    const action = KEYS[(e.altKey ? 'Alt+' : '') + e.code];
    if (!action) return;
    e.preventDefault();
    /** @type {any} */ (this)[action]();
  }

  /** Draws only when something that is seen has changed; the time is text of its own. */
  draw() {
    const root = /** @type {ShadowRoot} */ (this.shadowRoot);
    const w = this.state;
    const off = !this.line || this.line.stale;
    const minutes = w && Math.round(Math.max(0, ...(this.line?.state?.services || []).filter((/** @type {any} */ s) => (w.services || []).includes(s.id)).map((/** @type {any} */ s) => s.forecast?.high || 0)));
    const mode = w?.state === 'calling' ? 'arrive' : w?.state === 'serving' && this.waiting ? 'finishNext' : 'next';
    const actions = ['next', 'recall', 'noShow', 'transfer', 'invite', 'pause'].map((a) => ({ a, on: this.may(a), word: this.word(a === 'next' ? mode : a === 'pause' && w?.state === 'paused' ? 'resume' : a) }));
    const key = JSON.stringify([w?.ticket, w?.state, off, this.waiting, minutes, actions, this.getAttribute('lang'), this.getAttribute('keys'), this.said, this.up]);
    if (key !== this.drawn) {
      this.drawn = key;
      this.build(root, { w, off, minutes, actions });
    }
    const time = root.querySelector('.time');
    const s = Math.floor(this.line?.since(w?.started_at || w?.called_at) || 0);
    if (time) time.textContent = w?.ticket && !off ? `${String(Math.floor(s / 60)).padStart(2, '0')}:${String(s % 60).padStart(2, '0')}` : '';
  }

  /** @param {ShadowRoot} root @param {any} seen */
  build(root, { w, off, minutes, actions }) {
    if (!root.firstChild) root.innerHTML = `<style>${STYLE}</style><div class="bar" role="group"><div class="who"><b></b><span><i></i> <span class="time"></span></span></div><div class="line"><b></b><span></span></div></div><dialog></dialog><div class="sr" role="status"></div>`;
    const bar = /** @type {HTMLElement} */ (root.querySelector('.bar'));
    const put = (/** @type {string} */ at, /** @type {string} */ text) => { /** @type {HTMLElement} */ (root.querySelector(at)).textContent = text; };
    bar.className = `bar ${off ? 'off' : ''}`;
    bar.setAttribute('aria-label', this.word('name'));
    const says = off ? this.word('off') : this.said || (w ? this.word(w.state) : this.line?.state ? this.word('unknown') : '');
    put('.who b', w?.ticket || this.getAttribute('window') || '');
    put('.who i', says);
    put('.sr', off || this.said ? says : w?.ticket ? `${w.ticket} ${says}` : '');
    put('.line b', `${this.waiting} ${this.word('people')}`.trim());
    put('.line span', minutes ? this.word('wait').replace('{n}', String(minutes)) : this.word('waits'));
    for (const { a, on, word } of actions) {
      const button = /** @type {HTMLButtonElement} */ (bar.querySelector(`.${a}`)) || bar.appendChild(this.button(a));
      button.disabled = !on;
      const shortcut = this.hasAttribute('keys') && this.getAttribute('keys') !== 'off' ? Object.keys(KEYS).find((k) => KEYS[k] === a) : '';
      const span = /** @type {HTMLElement} */ (button.lastElementChild);
      span.textContent = word;
      if (shortcut) span.appendChild(document.createElement('small')).textContent = (w?.state === 'calling' && a === 'next' ? 'F2' : shortcut).replace('Alt+Key', 'Alt ');
    }
  }

  /** @param {string} action */
  button(action) {
    const b = document.createElement('button');
    b.className = action;
    b.type = 'button';
    b.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${PATHS[action]}"/></svg><span></span>`;
    b.addEventListener('click', () => /** @type {any} */ (this)[action]());
    return b;
  }

  /** @param {'transfer'|'pause'} kind */
  ask(kind) {
    const dialog = /** @type {HTMLDialogElement} */ (/** @type {ShadowRoot} */ (this.shadowRoot).querySelector('dialog'));
    const title = document.createElement('h2');
    title.textContent = this.word(kind === 'transfer' ? 'to' : 'why');
    const grid = document.createElement('div');
    grid.className = kind === 'transfer' ? 'grid' : 'grid words';
    const choice = (/** @type {string} */ word, /** @type {() => void} */ go, cls = '') => {
      const b = document.createElement('button');
      b.textContent = word;
      b.className = cls;
      b.addEventListener('click', () => { dialog.close(); go(); });
      return b;
    };
    if (kind === 'transfer') for (const w of this.line?.state?.windows || []) { if (w.id !== this.getAttribute('window') && !['closed', 'draining'].includes(w.state)) grid.append(choice(w.id, () => this.transfer({ window: w.id }))); }
    else for (const key of ['away', 'meal', 'meeting']) grid.append(choice(this.word(key), () => this.pause(this.word(key))));
    dialog.replaceChildren(title, grid, choice(this.word('back'), () => {}, 'back'));
    dialog.setAttribute('aria-label', title.textContent || '');
    dialog.showModal();
  }
}

if (!customElements.get('lobby-call-bar')) customElements.define('lobby-call-bar', LobbyCallBar);
