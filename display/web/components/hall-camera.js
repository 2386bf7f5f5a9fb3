// <hall-camera camera="counter" label="A 区">: live pictures of one camera.
// It has its own style, so that other people's pages can use it: they theme it
// with --hall-line and --hall-alert and listen to the event `hall-camera`.
import { LitElement, css, html } from '../vendor/lit.js';
import { DirectFeed } from './direct-feed.js';
import { LiveFeed } from './live-feed.js';
import { icon } from '../lib/icons.js';
import { Places } from '../lib/places.js';
import { t } from '../lib/texts.js';
import { clockSeconds, stopwatch } from '../lib/times.js';

const places = new Places(16); // pictures at once; more would starve each other

export class HallCamera extends LitElement {
  static properties = {
    camera: { type: String },
    label: { type: String },
    state: { type: String }, // what the hall says about the camera
    why: { type: String },
    since: { type: String }, // since when it is so
    first: { type: Boolean }, // plays before all others
    direct: { type: Boolean }, // by WebRTC; where that fails, as always
    alert: { type: String },
    masks: { attribute: false }, // {x y w h} in parts of the picture, that are covered here; the stream has them not
    phase: { state: true },
  };

  constructor() {
    super();
    /** @type {string} */
    this.camera = '';
    /** @type {string} */
    this.label = '';
    /** @type {string} */
    this.state = '';
    /** @type {string} */
    this.why = '';
    /** @type {string} */
    this.since = '';
    /** @type {boolean} */
    this.first = false;
    /** @type {boolean} */
    this.direct = false;
    /** @type {string} */
    this.alert = '';
    /** @type {{x: number, y: number, w: number, h: number}[]} */
    this.masks = [];
    /** @type {'connecting'|'live'|'stalled'|'idle'|'crowded'} */
    this.phase = 'idle';
    /** @type {LiveFeed|DirectFeed|null} */
    this.feed = null;
  }

  static styles = css`
    :host([first]) video{object-fit:contain}
    :host{position:relative;display:block;overflow:hidden;background:#060d0e;border-radius:1rem;color:#fff;font-size:1.6rem}
    video{position:absolute;inset:0;width:100%;height:100%;object-fit:cover}
    .masks{position:absolute;inset:0;width:100%;height:100%;fill:#5d6a68;pointer-events:none}
    .old video{filter:grayscale(1) brightness(.5)}
    .l{position:absolute;left:0;right:0;bottom:0;padding:2.2rem 1.2rem .7rem;background:linear-gradient(transparent,rgba(3,14,16,.88));display:flex;gap:.8rem;align-items:center}
    .l span{margin-left:auto;font-size:1.4rem;font-variant-numeric:tabular-nums}
    .lv{width:.9rem;height:.9rem;border-radius:50%;background:#7fd6a0;flex:none}
    .mid{position:absolute;inset:0;display:grid;place-content:center;text-align:center;gap:.4rem;font-size:1.7rem}
    .mid small{font-size:1.4rem}
    .ic{width:3.6rem;height:3.6rem;margin:auto;fill:none;stroke:currentColor;stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}
    .badges{position:absolute;left:1rem;top:1rem;right:1rem;display:flex;flex-direction:column;gap:.6rem;align-items:flex-start}
    .badge{display:flex;gap:.6rem;align-items:center;font-size:1.5rem;border-radius:.6rem;padding:.2rem .9rem;font-weight:700;max-width:100%;box-sizing:border-box}
    .badge .ic{width:1.8rem;height:1.8rem;margin:0}
    .badge.w{background:#ffc46b;color:#2a1a00}
    .badge.b{background:#a92b18;color:#fff}
    .shut{background:repeating-linear-gradient(135deg,#12272b 0 1.4rem,#0f2125 1.4rem 2.8rem)}
    .outline{position:absolute;inset:0;border:.4rem solid var(--hall-alert,#ffc46b);border-radius:inherit;pointer-events:none}
    @media (prefers-reduced-motion:reduce){*{transition:none}}
  `;

  connectedCallback() {
    super.connectedCallback();
    this.gone = new AbortController();
    document.addEventListener('visibilitychange', () => this.decide(), { signal: this.gone.signal });
    this.seen = new IntersectionObserver((e) => { this.visible = e[e.length - 1].isIntersecting; this.decide(); });
    this.seen.observe(this);
    this.timer = setInterval(() => this.requestUpdate(), 1000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.gone?.abort();
    this.seen?.disconnect();
    clearInterval(this.timer);
    this.visible = false;
    this.decide();
  }

  updated(/** @type {Map<string, unknown>} */ changed) {
    if ((changed.has('camera') && this.feed && this.feed.camera !== this.camera) || (changed.has('direct') && this.feed)) this.stop();
    if (['camera', 'state', 'direct'].some((p) => changed.has(p))) this.decide();
    const name = [this.label, this.words(), this.alert].filter(Boolean).join(t('camera.comma'));
    if (this.getAttribute('aria-label') !== name) this.setAttribute('aria-label', name);
  }

  /** Plays only what can be seen, and nothing behind a closed shutter. */
  decide() {
    const wanted = this.visible && !document.hidden && this.camera && this.state !== 'shutter';
    if (!wanted) {
      this.stop();
      places.leave(this);
    } else if (!places.take(this, this.first)) this.phase = 'crowded';
    else if (!this.feed) this.play();
  }

  get shut() { return this.state === 'shutter'; }

  /** Whether what is seen, if anything, is old. */
  get stalled() { return !this.shut && (this.phase === 'stalled' || (this.phase !== 'live' && ['offline', 'down', 'degraded', 'stalled'].includes(this.state))); }

  /** How the picture is, in words. */
  words() {
    if (this.shut) return t('camera.shutter');
    if (this.stalled) return this.feed?.attempts ? t('camera.retry', { n: this.feed.attempts }) : t('camera.offline');
    if (this.phase === 'crowded') return t('camera.crowded');
    return this.phase === 'live' ? t('camera.live') : t('camera.connecting');
  }

  play() {
    const video = this.renderRoot.querySelector('video');
    if (!video) return;
    const beat = () => {
      this.dataset.frames = String(this.feed?.frames ?? 0);
      this.dataset.sound = this.feed instanceof DirectFeed && this.feed.sounding ? 'on' : 'off';
    };
    const tell = (/** @type {any} */ phase, why = '') => {
      if (phase === 'failed') this.feed = null;
      else this.phase = phase;
      this.dataset.phase = phase;
      beat();
      this.dispatchEvent(new CustomEvent('hall-camera', { detail: { camera: this.camera, phase, why, direct: this.direct, sound: this.dataset.sound === 'on' }, bubbles: true, composed: true }));
      if (phase === 'failed') this.direct = false; // and so it plays as always
    };
    this.feed = this.direct ? new DirectFeed(this.camera, video, tell, beat) : new LiveFeed(this.camera, video, tell, beat);
    this.feed.start();
  }

  stop() {
    this.feed?.stop();
    this.feed = null;
    this.phase = 'idle';
  }

  render() {
    return html`<div class=${this.stalled ? 'old' : ''}><video muted autoplay playsinline aria-label=${this.label} ?hidden=${this.shut} @loadedmetadata=${() => this.requestUpdate()} @resize=${() => this.requestUpdate()}></video>${this.masking()}
${this.cover()}
<div class="badges">${this.alert ? html`<div class="badge w">${icon('warn')}${this.alert}</div>` : ''}${this.doubt()}${this.age()}</div>
<div class="l">${this.phase === 'live' && !this.shut ? html`<i class="lv"></i>` : ''}${this.first ? '' : this.label}<span>${this.phase === 'live' ? clockSeconds(Date.now()) : ''}</span></div>
${this.alert ? html`<div class="outline"></div>` : ''}</div>`;
  }

  /** What covers faces. It is cut to the tile as the picture is. */
  masking() {
    const { videoWidth: w = 0, videoHeight: h = 0 } = /** @type {HTMLVideoElement|null|undefined} */ (this.shadowRoot?.querySelector('video')) || {};
    if (!this.masks?.length || !w || this.shut) return '';
    const path = this.masks.map((m) => `M${m.x * w} ${m.y * h}h${m.w * w}v${m.h * h}h${-m.w * w}z`).join('');
    return html`<svg class="masks" aria-hidden="true" viewBox="0 0 ${w} ${h}" preserveAspectRatio=${this.first ? 'xMidYMid meet' : 'xMidYMid slice'}><path d=${path}></path></svg>`;
  }

  /** What stands in the picture's place, or over the last one. */
  cover() {
    if (this.shut) return html`<div class="mid shut">${icon('lock')}${this.words()}<small>${this.why || t('camera.shutter_hint')}</small></div>`;
    if (this.stalled) return this.broken();
    return this.phase === 'live' ? '' : html`<div class="mid">${icon('cam')}${this.words()}</div>`;
  }

  /** When the last picture came, as far as this page or the hall knows. */
  get last() { return this.feed?.lastFrame || Date.parse(this.since) || 0; }

  /** What is wrong with pictures that come all the same: they stand still, or are black. */
  doubt() {
    const odd = this.phase === 'live' && this.state === 'degraded' && !this.feed?.mime?.includes('hvc1');
    return odd && this.why ? html`<div class="badge b">${icon('warn')}${this.why}</div>` : '';
  }

  /** How old the picture is that still stands. */
  age() {
    return this.stalled && this.last ? html`<div class="badge b">${t('camera.lost', { age: stopwatch((Date.now() - this.last) / 1000) })}</div>` : '';
  }

  /** What stands over the last picture: what is done about it. */
  broken() {
    return html`<div class="mid">${icon('camoff')}${this.words()}<small>${this.last ? t('camera.last', { at: clockSeconds(this.last) }) : ''}</small><small>${this.why || ''}</small></div>`;
  }
}

customElements.define('hall-camera', HallCamera);
