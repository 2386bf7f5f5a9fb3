import { html, ref } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { nameOf, t } from '../lib/texts.js';
import { answer } from './window-actions.js';

const REASONS = /** @type {Record<string, string[]>} */ ({
  pause: ['reason.away', 'reason.meal', 'reason.meeting', 'reason.system', 'reason.other'],
  hold: ['reason.papers', 'reason.payment', 'reason.review', 'reason.other'],
  call: ['reason.elder', 'reason.agreed', 'reason.return', 'reason.other'],
  cancel: ['reason.left', 'reason.wrong', 'reason.elsewhere', 'reason.other'],
});

/** Opens the dialog as soon as it is in the page. @param {Element|undefined} el */
function show(el) {
  const dialog = /** @type {HTMLDialogElement|undefined} */ (el);
  queueMicrotask(() => { if (dialog?.isConnected && !dialog.open) dialog.showModal(); });
}

/** The open question: a reason or a target. @param {any} desk */
export function ask(desk) {
  const { kind, ticket } = desk.asking;
  const close = () => { desk.asking = null; desk.draw(); };
  return html`<dialog class="q-${kind}" aria-labelledby="ask-title" ${ref(show)} @close=${close}><h2 id="ask-title">${t(`ask.${kind}`, { n: ticket || desk.window.ticket || '' })}</h2>
${kind === 'transfer' ? targets(desk) : reasons(desk, kind, ticket)}<button class="no" @click=${close}>${icon('back')}${t('desk.never_mind')}</button></dialog>`;
}

/** @param {any} desk @param {string} kind @param {string} ticket */
function reasons(desk, kind, ticket) {
  const type = { pause: 'window_pause', hold: 'hold', call: 'call', cancel: 'cancel' }[kind];
  return html`<div class="choices">${REASONS[kind].map((key) => html`<button @click=${() => answer(desk, { type, reason: t(key), ...(ticket ? { ticket } : {}) })}>${t(key)}</button>`)}</div>`;
}

/** @param {any} desk */
function targets(desk) {
  const { state } = desk.hall;
  const services = state.services.filter((/** @type {any} */ s) => s.id !== desk.window.service);
  const windows = state.windows.filter((/** @type {any} */ w) => w.id !== desk.id && !['closed', 'draining'].includes(w.state));
  const go = (/** @type {any} */ to) => () => answer(desk, { type: 'transfer', keep: true, ...to });
  return html`<div class="targets" tabindex="0" role="group" aria-labelledby="ask-title"><h3>${t('ask.to_window')}</h3><div class="grid">${windows.map((/** @type {any} */ w) => html`<button class="num" title=${w.name} @click=${go({ to_window: w.id })}>${w.id}</button>`)}</div>
<h3>${t('ask.to_service')}</h3><div class="choices two">${services.map((/** @type {any} */ s) => html`<button @click=${go({ to_service: s.id })}>${nameOf(s)}</button>`)}</div></div>`;
}
