// <hall-camera camera="counter" label="A 区">: live pictures of one camera.
// It has its own style, so that other people's pages can use it: they theme it
// with --hall-line and --hall-alert and listen to the event `hall-camera`.
import { LitElement, css, html } from '../vendor/lit.js';
import { LiveFeed } from './live-feed.js';
import { icon } from '../lib/icons.js';
import { t } from '../lib/texts.js';
import { clockSeconds, stopwatch } from '../lib/times.js';

export class HallCamera extends LitElement {
  static properties = {
    camera: { type: String },
    label: { type: String },
    state: { type: String }, // what the hall says about the camera
    why: { type: String },
    alert: { type: String },
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
    this.alert = '';
    /** @type {'connecting'|'live'|'stalled'|'idle'} */
    this.phase = 'idle';
    /** @type {LiveFeed|null} */
    this.feed = null;
  }

  static styles = css`
    :host{position:relative;display:block;overflow:hidden;background:#060d0e;border-radius:1rem;color:#fff;font-size:1.6rem}
    video{position:absolute;inset:0;width:100%;height:100%;object-fit:cover}
    .old video{filter:grayscale(1) brightness(.5)}
    .l{position:absolute;left:0;right:0;bottom:0;padding:2.2rem 1.2rem .7rem;background:linear-gradient(transparent,rgba(3,14,16,.88));display:flex;gap:.8rem;align-items:center}
    .l span{margin-left:auto;font-size:1.4rem;font-variant-numeric:tabular-nums}
    .lv{width:.9rem;height:.9rem;border-radius:50%;background:#7fd6a0;flex:none}
    .mid{position:absolute;inset:0;display:grid;place-content:center;text-align:center;gap:.4rem;font-size:1.7rem}
    .mid small{font-size:1.4rem}
    .ic{width:3.6rem;height:3.6rem;margin:auto;fill:none;stroke:currentColor;stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}
    .badge{position:absolute;left:1rem;top:1rem;font-size:1.5rem;border-radius:.6rem;padding:.2rem .9rem;font-weight:700;max-width:calc(100% - 2rem);box-sizing:border-box}
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
    if (changed.has('camera') && this.feed && this.feed.camera !== this.camera) this.stop();
    if (changed.has('camera') || changed.has('state')) this.decide();
  }

  /** Plays only what can be seen, and nothing behind a closed shutter. */
  decide() {
    const wanted = this.visible && !document.hidden && this.camera && this.state !== 'shutter';
    if (!wanted) this.stop();
    else if (!this.feed) this.play();
  }

  play() {
    const video = this.renderRoot.querySelector('video');
    if (!video) return;
    this.feed = new LiveFeed(this.camera, video, (phase) => {
      this.phase = phase;
      this.dataset.phase = phase;
      this.dataset.frames = String(this.feed?.frames ?? 0);
      this.dispatchEvent(new CustomEvent('hall-camera', { detail: { camera: this.camera, phase }, bubbles: true, composed: true }));
    }, () => { this.dataset.frames = String(this.feed?.frames ?? 0); });
    this.feed.start();
  }

  stop() {
    this.feed?.stop();
    this.feed = null;
    this.phase = 'idle';
  }

  render() {
    const shut = this.state === 'shutter';
    const stalled = !shut && (this.phase === 'stalled' || (this.phase !== 'live' && ['offline', 'down', 'stalled'].includes(this.state)));
    return html`<div class=${stalled ? 'old' : ''}><video muted autoplay playsinline aria-label=${this.label} ?hidden=${shut}></video>
${shut ? html`<div class="mid shut">${icon('lock')}${t('camera.shutter')}<small>${t('camera.shutter_hint')}</small></div>` : stalled ? this.broken() : this.phase === 'connecting' ? html`<div class="mid">${icon('cam')}${t('camera.connecting')}</div>` : ''}
${this.alert ? html`<div class="badge w">${this.alert}</div><div class="outline"></div>` : ''}
<div class="l">${this.phase === 'live' && !shut ? html`<i class="lv"></i>` : ''}${this.label}<span>${this.phase === 'live' ? clockSeconds(Date.now()) : ''}</span></div></div>`;
  }

  /** What stands over the last picture. */
  broken() {
    const { lastFrame = 0, attempts = 0 } = this.feed || {};
    return html`${lastFrame ? html`<div class="badge b">${t('camera.lost', { age: stopwatch((Date.now() - lastFrame) / 1000) })}</div>` : ''}
<div class="mid">${icon('camoff')}${attempts ? t('camera.retry', { n: attempts }) : t('camera.offline')}<small>${lastFrame ? t('camera.last', { at: clockSeconds(lastFrame) }) : this.why || ''}</small></div>`;
  }
}

customElements.define('hall-camera', HallCamera);
