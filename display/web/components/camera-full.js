// One camera over the whole page. Escape leads back, the arrows to the next.
import { html, ref } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { t } from '../lib/texts.js';
import './hall-camera.js';

/** @param {Element|undefined} el */
function open(el) {
  const dialog = /** @type {HTMLDialogElement|undefined} */ (el);
  queueMicrotask(() => { if (dialog?.isConnected && !dialog.open) dialog.showModal(); });
}

/** @param {{cameras: any[], shown: string[], id: string, alert: string, show: (id: string) => void, close: () => void}} o */
export function fullView({ cameras, shown, id, alert, show, close }) {
  const c = cameras.find((k) => k.id === id);
  if (!c) return '';
  const step = (/** @type {number} */ n) => show(shown[(shown.indexOf(id) + n + shown.length) % shown.length]);
  const key = (/** @type {KeyboardEvent} */ e) => {
    if (e.key === 'ArrowRight') step(1);
    else if (e.key === 'ArrowLeft') step(-1);
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return html`<dialog class="full" aria-labelledby="full-name" ${ref(open)} @close=${close} @keydown=${key} @dblclick=${close}>
<hall-camera first camera=${c.id} label=${c.name} state=${c.state} why=${c.why || ''} since=${c.since || ''} alert=${alert}></hall-camera>
<div class="bar"><h2 id="full-name">${c.name}</h2><span></span>
${shown.length > 1 ? html`<button aria-label=${t('cameras.before')} @click=${() => step(-1)}>${icon('back')}</button><button aria-label=${t('cameras.after')} @click=${() => step(1)}>${icon('next')}</button>` : ''}
<button class="no" autofocus @click=${close}>${t('cameras.back')}<kbd>Esc</kbd></button></div></dialog>`;
}
