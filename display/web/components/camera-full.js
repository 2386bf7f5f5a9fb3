// One camera over the whole page, on demand by WebRTC. Escape leads back, the
// arrows to the next.
import { html, ref } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { t } from '../lib/texts.js';
import './hall-camera.js';

const direct = { on: false, said: '' };

/** @param {Element|undefined} el */
function open(el) {
  const dialog = /** @type {HTMLDialogElement|undefined} */ (el);
  queueMicrotask(() => { if (dialog?.isConnected && !dialog.open) dialog.showModal(); });
}

/**
 * What a camera's feed says while it is to play by WebRTC. @param {any} detail
 * @returns {boolean} whether there is something new to say
 */
function hear({ phase, why, direct: by, sound }) {
  if (!by) return false;
  if (phase === 'live') direct.said = t(sound ? 'cameras.direct_sound' : 'cameras.direct_silent');
  if (phase === 'failed') {
    direct.on = false;
    direct.said = t('cameras.direct_failed', { why });
  }
  return phase !== 'connecting';
}

/** @param {{cameras: any[], shown: string[], id: string, alert: string, show: (id: string) => void, close: () => void, redraw: () => void}} o */
export function fullView({ cameras, shown, id, alert, show, close, redraw }) {
  const c = cameras.find((k) => k.id === id);
  if (!c) return '';
  const go = (/** @type {() => void} */ next) => { direct.on = false; direct.said = ''; next(); };
  const step = (/** @type {number} */ n) => go(() => show(shown[(shown.indexOf(id) + n + shown.length) % shown.length]));
  const leave = () => go(close);
  const key = (/** @type {KeyboardEvent} */ e) => {
    if (e.key === 'ArrowRight') step(1);
    else if (e.key === 'ArrowLeft') step(-1);
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return html`<dialog class="full" aria-labelledby="full-name" ${ref(open)} @close=${leave} @keydown=${key} @dblclick=${leave} @hall-camera=${(/** @type {CustomEvent} */ e) => { if (hear(e.detail)) redraw(); }}>
<hall-camera first ?direct=${direct.on} camera=${c.id} label=${c.name} state=${c.state} why=${c.why || ''} since=${c.since || ''} alert=${alert} .masks=${c.masks || []}></hall-camera>
<div class="bar"><h2 id="full-name">${c.name}</h2><span role="status">${direct.said}</span>
<button aria-pressed=${direct.on} @click=${() => { direct.on = !direct.on; direct.said = direct.on ? t('cameras.direct_trying') : ''; redraw(); }}>${icon(direct.on ? 'sound' : 'mute')}${t('cameras.direct')}</button>
${shown.length > 1 ? html`<button aria-label=${t('cameras.before')} @click=${() => step(-1)}>${icon('back')}</button><button aria-label=${t('cameras.after')} @click=${() => step(1)}>${icon('next')}</button>` : ''}
<button class="no" autofocus @click=${leave}>${t('cameras.back')}<kbd>Esc</kbd></button></div></dialog>`;
}
