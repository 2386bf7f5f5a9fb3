// One camera over the whole page, on demand by WebRTC. Escape leads back, the
// arrows to the next.
import { html, ref } from '../vendor/lit.js';
import { badge } from '../lib/footage.js';
import { icon } from '../lib/icons.js';
import { language, t } from '../lib/texts.js';
import './hall-camera.js';

const direct = { on: false, said: '' };
const shutter = { asked: false, busy: false, said: '', person: '' }; // person: who is signed in, if the hall asks for that

/** Asks who and why before a camera is closed or opened again. @param {() => void} redraw */
async function askShutter(redraw) {
  Object.assign(shutter, { asked: !shutter.asked, said: '' });
  redraw();
  if (!shutter.asked) return;
  try {
    shutter.person = (await (await fetch('/api/v1/me', { cache: 'no-store' })).json()).person || '';
  } catch { /* then the badge is asked for */ }
  redraw();
}

/** @param {any} c @param {any} hall @param {() => void} redraw */
const askedShutter = (c, hall, redraw) => html`<form class="shutter" @submit=${async (/** @type {SubmitEvent} */ e) => {
  e.preventDefault();
  const f = new FormData(/** @type {HTMLFormElement} */ (e.target));
  Object.assign(shutter, { busy: true, said: '' });
  redraw();
  try {
    await hall.command({ type: 'camera_shutter', camera: c.id, closed: c.state !== 'shutter', by: String(f.get('by')).trim(), reason: String(f.get('reason')).trim() });
    shutter.asked = false;
  } catch (problem) {
    shutter.said = /** @type {any} */ (problem).say || t('desk.no_answer');
  }
  shutter.busy = false;
  redraw();
}}><label><span>${t('follow.by')}</span><input name="by" required maxlength="20" autocomplete="off" ?readonly=${!!shutter.person} .value=${shutter.person || badge()}></label>
<label class="why"><span>${t('trail.reason')}</span><input name="reason" required maxlength="200" autocomplete="off"></label>
<p class="problem" role="alert">${shutter.said}</p><button class="pr" ?disabled=${shutter.busy}>${t(c.state === 'shutter' ? 'cameras.open' : 'cameras.shut')}</button></form>`;

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

/** @param {{hall: any, cameras: any[], shown: string[], id: string, alert: string, show: (id: string) => void, close: () => void, redraw: () => void}} o */
export function fullView({ hall, cameras, shown, id, alert, show, close, redraw }) {
  const c = cameras.find((k) => k.id === id);
  if (!c) return '';
  const go = (/** @type {() => void} */ next) => { Object.assign(direct, { on: false, said: '' }); Object.assign(shutter, { asked: false, said: '' }); next(); };
  const step = (/** @type {number} */ n) => go(() => show(shown[(shown.indexOf(id) + n + shown.length) % shown.length]));
  const leave = () => go(close);
  const key = (/** @type {KeyboardEvent} */ e) => {
    if (/** @type {Element} */ (e.target).matches('input')) return;
    if (e.key === 'ArrowRight') step(1);
    else if (e.key === 'ArrowLeft') step(-1);
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return html`<dialog class="full" aria-labelledby="full-name" ${ref(open)} @close=${leave} @keydown=${key} @dblclick=${leave} @hall-camera=${(/** @type {CustomEvent} */ e) => { if (hear(e.detail)) redraw(); }}>
<hall-camera first ?direct=${direct.on} camera=${c.id} label=${c.name} state=${c.state} why=${c.shutter?.reason || c.whys?.[language()] || c.why || ''} since=${c.since || ''} alert=${alert} .masks=${c.masks || []}></hall-camera>
<div class="bar"><h2 id="full-name">${c.name}</h2><span role="status">${direct.said}</span>
<button aria-expanded=${shutter.asked} @click=${() => askShutter(redraw)}>${icon('lock')}${t(c.state === 'shutter' ? 'cameras.open' : 'cameras.shut')}</button>
<button ?disabled=${c.state === 'shutter'} aria-pressed=${direct.on} @click=${() => { direct.on = !direct.on; direct.said = direct.on ? t('cameras.direct_trying') : ''; redraw(); }}>${icon(direct.on ? 'sound' : 'mute')}${t('cameras.direct')}</button>
${shown.length > 1 ? html`<button aria-label=${t('cameras.before')} @click=${() => step(-1)}>${icon('back')}</button><button aria-label=${t('cameras.after')} @click=${() => step(1)}>${icon('next')}</button>` : ''}
<button class="no" autofocus @click=${leave}>${t('cameras.back')}<kbd>Esc</kbd></button></div>${shutter.asked ? askedShutter(c, hall, redraw) : ''}</dialog>`;
}
