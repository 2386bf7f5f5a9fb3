// One camera's stream in one video element: fragmented MP4 from a WebSocket
// into a MediaSource. It starts again by itself and never waits for ever.

const BUFFER = 15; // seconds of pictures kept behind the play head
const CUSHION = 0.25; // seconds behind the newest picture that it plays, so that a late one makes no halt
const LATE = 0.8; // seconds behind before it runs faster
const BEHIND = 2; // seconds behind before it jumps
const PATIENCE = 5000; // milliseconds without a picture before it starts again
const LONGEST = 20000; // the longest pause between two attempts

/** Whether this browser shows H.265; the hall sends it only to those that say so. */
const H265 = 'MediaSource' in window && MediaSource.isTypeSupported('video/mp4; codecs="hvc1.1.6.L93.90"');

export class LiveFeed {
  /**
   * @param {string} camera @param {HTMLVideoElement} video
   * @param {(phase: 'connecting'|'live'|'stalled') => void} tell a change of phase
   * @param {() => void} [beat] once a second while it plays
   */
  constructor(camera, video, tell, beat = () => {}) {
    this.camera = camera;
    this.video = video;
    this.tell = tell;
    this.beat = beat;
    this.frames = 0; // fragments played, for tests and for health
    this.attempts = 0; // in a row without a picture
    this.lastFrame = 0; // our clock, milliseconds
    this.stopped = false;
    /** @type {ArrayBuffer[]} */
    this.queue = [];
    this.shown = false; // a picture of this source
  }

  start() {
    this.timer = setInterval(() => this.watch(), 1000);
    this.tell('connecting');
    this.connect();
  }

  stop() {
    this.stopped = true;
    clearInterval(this.timer);
    clearTimeout(this.again);
    this.close();
  }

  connect() {
    if (this.stopped) return;
    this.since = Date.now();
    const url = new URL(`/api/v1/cameras/${encodeURIComponent(this.camera)}/live`, location.href.replace(/^http/, 'ws'));
    if (H265) url.searchParams.set('h265', '1');
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = (e) => {
      if (this.socket !== socket) return;
      if (typeof e.data === 'string') this.open(e.data);
      else this.take(e.data);
    };
    socket.onclose = () => { if (this.socket === socket) this.retry(); };
    this.socket = socket;
  }

  /** The first message names the codec. @param {string} mime */
  open(mime) {
    this.mime = mime;
    if (!('MediaSource' in window) || !MediaSource.isTypeSupported(mime)) {
      this.retry();
      return;
    }
    const source = new MediaSource();
    this.source = source;
    this.shown = false;
    this.address = URL.createObjectURL(source);
    this.video.src = this.address;
    source.addEventListener('sourceopen', () => {
      URL.revokeObjectURL(this.address || '');
      if (this.source !== source) return;
      this.buffer = source.addSourceBuffer(mime);
      this.buffer.mode = 'segments';
      this.buffer.addEventListener('updateend', () => {
        this.edge();
        this.pump();
      });
      this.pump();
    }, { once: true });
  }

  /** @param {ArrayBuffer} fragment */
  take(fragment) {
    this.queue.push(fragment);
    this.pump();
  }

  /** Feeds one fragment at a time; the buffer takes no more while it works. */
  pump() {
    const { buffer, video } = this;
    if (!buffer || buffer.updating || this.source?.readyState !== 'open') return;
    try {
      const ranges = video.buffered;
      if (ranges.length && video.currentTime - ranges.start(0) > BUFFER * 2) {
        buffer.remove(ranges.start(0), video.currentTime - BUFFER);
        return;
      }
      if (!this.queue.length) return;
      const all = this.queue.splice(0);
      buffer.appendBuffer(all.length === 1 ? all[0] : joined(all));
      this.arrived(all.length);
    } catch {
      this.retry(); // A full or broken buffer is not worth repairing.
    }
  }

  /** @param {number} n fragments */
  arrived(n) {
    const first = !this.frames;
    this.frames += n;
    this.lastFrame = Date.now();
    if (this.attempts || first || this.phase !== 'live') this.enter('live');
    this.attempts = 0;
    this.edge();
  }

  /** Stays at the newest picture: what is kept is sent at once, so the start lies in the past. */
  edge() {
    const { video } = this;
    const ranges = video.buffered;
    if (!ranges.length) return;
    const end = ranges.end(ranges.length - 1);
    const behind = end - video.currentTime;
    // Before the first picture a jump costs nothing.
    const most = this.shown ? BEHIND : CUSHION;
    if (behind > most || video.currentTime < ranges.start(0)) video.currentTime = Math.max(ranges.start(0), end - CUSHION);
    else if (behind > LATE) video.playbackRate = 1.2;
    else if (behind < 2 * CUSHION) video.playbackRate = 1;
    if (video.readyState > 1) this.shown = true;
    if (video.paused) video.play().catch(() => {});
  }

  watch() {
    this.beat();
    if (this.socket && Date.now() - Math.max(this.lastFrame, this.since || 0) > PATIENCE) this.retry();
    else this.edge();
  }

  /** @param {'connecting'|'live'|'stalled'} phase */
  enter(phase) {
    this.phase = phase;
    this.tell(phase);
  }

  retry() {
    this.close(true);
    if (this.stopped) return;
    this.attempts++;
    this.enter('stalled');
    const pause = Math.min(LONGEST, 500 * 2 ** Math.min(this.attempts, 6));
    clearTimeout(this.again);
    this.again = setTimeout(() => this.connect(), pause * (0.5 + Math.random() / 2));
  }

  /** Lets go of socket and source; the last picture may stay on the screen. @param {boolean} [keepPicture] */
  close(keepPicture = false) {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.queue = [];
    this.buffer = undefined;
    this.source = undefined;
    if (!keepPicture) this.video.removeAttribute('src');
  }
}

/** What waited becomes one piece, so that a start from the kept pictures is one step. @param {ArrayBuffer[]} parts */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, p) => sum + p.byteLength, 0));
  let at = 0;
  for (const p of parts) {
    whole.set(new Uint8Array(p), at);
    at += p.byteLength;
  }
  return whole;
}
