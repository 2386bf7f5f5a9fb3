// The questions of the console: a reason, a target, a choice. Each ends in one
// command, or in the next question.
import { html, ref } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { nameOf, t } from '../lib/texts.js';
import { answer, question } from './window-actions.js';
import { keyDialog } from './window-keyboard.js';
import { more, papersOf, ticketMenu } from './window-more.js';

// What a reason is asked for: the usual ones, and the command they end in.
// `lasts` also asks for how long.
const REASONS = /** @type {Record<string, {usual: string[], lasts?: boolean, command: (reason: string, q: any) => any}>} */ ({
  pause: { usual: ['away', 'meal', 'meeting', 'system'], lasts: true, command: (reason, q) => ({ type: 'window_pause', reason, ...(q.minutes ? { for: `${q.minutes}m` } : {}) }) },
  hold: { usual: ['papers', 'payment', 'review'], lasts: true, command: (reason, q) => ({ type: 'hold', reason, ...(q.minutes ? { until: q.after(q.minutes) } : {}) }) },
  call: { usual: ['elder', 'agreed', 'return'], command: (reason, q) => ({ type: 'call', ticket: q.ticket, reason }) },
  cancel: { usual: ['left', 'wrong', 'elsewhere'], command: (reason, q) => ({ type: 'cancel', ticket: q.ticket, reason }) },
  void: { usual: ['wrong', 'noslip'], command: (reason, q) => ({ type: 'void', ticket: q.ticket, reason }) },
  reclass: { usual: ['elder', 'booked', 'wrong'], command: (reason, q) => ({ type: 'reclass', ticket: q.ticket, class: q.class, reason }) },
  skip: { usual: ['unneeded', 'later'], command: (reason, q) => ({ type: 'step_skip', ticket: q.ticket, step: q.step, reason }) },
  repeat: { usual: ['papers', 'wrongdata'], command: (reason, q) => ({ type: 'step_repeat', ticket: q.ticket, step: q.step, reason }) },
  outcome: { usual: ['done', 'accepted', 'returned', 'refused'], command: (outcome) => ({ type: 'finish', outcome }) },
});

const LASTS = [0, 10, 30, 60]; // minutes; 0 is open

const CONTENT = /** @type {Record<string, (desk: any, q: any) => unknown>} */ ({ transfer: targets, more, ticket: ticketMenu, class: classes, keys: keyDialog, papers: papersOf });

/** Opens the dialog as soon as it is in the page. @param {Element|undefined} el */
function show(el) {
  const dialog = /** @type {HTMLDialogElement|undefined} */ (el);
  queueMicrotask(() => { if (dialog?.isConnected && !dialog.open) dialog.showModal(); });
}

/** The open question. @param {any} desk */
export function ask(desk) {
  const q = desk.asking;
  const close = () => { if (desk.asking === q) desk.asking = null; desk.draw(); };
  const content = CONTENT[q.kind] || reasons;
  return html`<dialog class="q-${q.kind}" aria-labelledby="ask-title" ${ref(show)} @close=${close}><h2 id="ask-title">${t(`ask.${q.kind}`, { n: q.ticket || desk.window.ticket || '' })}</h2>
${content(desk, q)}<button class="no" @click=${close}>${icon('back')}${t('desk.never_mind')}</button></dialog>`;
}

/** @param {any} desk @param {any} q */
function reasons(desk, q) {
  const { usual, lasts, command } = REASONS[q.kind];
  q.after = (/** @type {number} */ minutes) => new Date(desk.hall.now().getTime() + minutes * 60e3).toISOString();
  const say = (/** @type {string} */ reason) => answer(desk, command(reason, q));
  const word = q.kind === 'outcome' ? 'outcome' : 'reason';
  const typed = (/** @type {Event} */ e) => {
    e.preventDefault();
    const own = String(new FormData(/** @type {HTMLFormElement} */ (e.target)).get('own') || '').trim();
    if (own) say(own);
  };
  return html`${lasts ? span(desk, q) : ''}<div class="choices">${usual.map((key) => html`<button @click=${() => say(q.kind === 'outcome' ? key : t(`reason.${key}`))}>${t(`${word}.${key}`)}</button>`)}</div>
${q.kind === 'outcome' ? '' : html`<form class="own" @submit=${typed}><input name="own" maxlength="80" autocomplete="off" aria-label=${t('ask.own')} placeholder=${t('ask.own')}><button>${t('ok')}</button></form>`}`;
}

/** How long a pause or a hold lasts. @param {any} desk @param {any} q */
const span = (desk, q) => html`<div class="tabs lasts" role="group" aria-label=${t('ask.lasts')}>${LASTS.map((n) => html`<button aria-pressed=${String((q.minutes || 0) === n)} @click=${() => { q.minutes = n; desk.draw(); }}>${n ? t('n_min', { n }) : t('ask.open_end')}</button>`)}</div>`;

/** @param {any} desk @param {any} q */
function classes(desk, q) {
  const now = desk.hall.state.waiting.find((/** @type {any} */ x) => x.ticket === q.ticket)?.class;
  return html`<div class="choices">${desk.hall.state.classes.filter((/** @type {any} */ k) => k.id !== now).map((/** @type {any} */ k) => html`<button @click=${() => question(desk, { kind: 'reclass', ticket: q.ticket, class: k.id })}>${nameOf(k)}</button>`)}</div>`;
}

/** @param {any} desk @param {any} q */
function targets(desk, q) {
  const { state } = desk.hall;
  q.keep ??= true;
  const services = state.services.filter((/** @type {any} */ s) => q.ticket || s.id !== desk.window.service);
  const windows = state.windows.filter((/** @type {any} */ w) => w.id !== desk.id && !['closed', 'draining'].includes(w.state));
  const go = (/** @type {any} */ to) => () => answer(desk, { type: 'transfer', keep: q.keep, ...(q.ticket ? { ticket: q.ticket } : {}), ...to });
  return html`<label class="keep"><input type="checkbox" .checked=${q.keep} @change=${(/** @type {any} */ e) => { q.keep = e.target.checked; }}>${t('ask.keep_place')}</label>
<div class="targets" tabindex="0" role="group" aria-labelledby="ask-title"><h3>${t('ask.to_window')}</h3><div class="grid">${windows.map((/** @type {any} */ w) => html`<button class="num" title=${w.name} @click=${go({ to_window: w.id })}>${w.id}</button>`)}</div>
<h3>${t('ask.to_service')}</h3><div class="choices two">${services.map((/** @type {any} */ s) => html`<button @click=${go({ to_service: s.id })}>${nameOf(s)}</button>`)}</div></div>`;
}
