// What a clerk needs seldom: everything about one ticket, the steps of its
// chain, and the papers of its items.
import { html } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { items } from '../lib/items.js';
import { chainOf, first, journeyOf, serviceOf, stepName } from '../lib/names.js';
import { t } from '../lib/texts.js';
import { answer, question } from './window-actions.js';

/** @param {string} sign @param {string} word @param {() => void} go */
const choice = (sign, word, go) => html`<button class="row" @click=${go}>${icon(sign)}${word}</button>`;

/** Everything else about who is at the window. @param {any} desk */
export function more(desk) {
  const w = desk.window;
  const { ticket } = w;
  return html`<div class="choices two">${choice('recall', t('desk.undo'), () => answer(desk, { type: 'undo' }))}
${ticket ? choice('printer', t('desk.reprint'), () => answer(desk, { type: 'reprint', ticket })) : ''}
${w.state === 'serving' ? choice('check', t('desk.outcome'), () => question(desk, { kind: 'outcome' })) : ''}
${choice('text', t('desk.keys'), () => question(desk, { kind: 'keys' }))}</div>${ticket ? steps(desk, ticket) : ''}`;
}

/** Everything about somebody who waits. @param {any} desk @param {any} q */
export function ticketMenu(desk, q) {
  const { ticket } = q;
  const x = first(desk.hall.state.waiting, (/** @type {any} */ y) => y.ticket === ticket) || {};
  const waits = ['waiting', 'reserved'].includes(x.state);
  const to = (/** @type {string} */ kind) => () => question(desk, { kind, ticket });
  return html`<div class="choices two">${choice('move', t('desk.transfer'), to('transfer'))}${waits ? choice('star', t('desk.reclass'), to('class')) : ''}
${x.state === 'held' ? choice('clock', t('desk.wait_first'), () => answer(desk, { type: 'resume', ticket, wait: true })) : ''}
${choice('printer', t('desk.reprint'), () => answer(desk, { type: 'reprint', ticket }))}${waits ? choice('skip', t('desk.void'), to('void')) : ''}${choice('back', t('desk.cancel'), to('cancel'))}</div>${steps(desk, ticket)}`;
}

/** The steps of a ticket's chain with what can be done about each. @param {any} desk @param {string} ticket */
function steps(desk, ticket) {
  const { state } = desk.hall;
  const j = journeyOf(state, ticket);
  if (!j) return '';
  const flow = first(state.chains, (/** @type {any} */ c) => c.id === j.chain)?.flow;
  const may = (/** @type {any} */ p) => ({
    finish: p.mode === 'paper' && p.state === 'open',
    skip: ['pending', 'open'].includes(p.state) && first(flow?.steps, (/** @type {any} */ f) => f.id === p.id)?.optional,
    repeat: ['done', 'skipped'].includes(p.state),
  });
  const button = (/** @type {any} */ p, /** @type {string} */ kind, /** @type {() => void} */ go) => html`<button class="lk" aria-label="${t(`journey.${kind}`)} ${stepName(state, j, p)}" @click=${go}>${t(`journey.${kind}`)}</button>`;
  return html`<h3>${j.name}</h3><ol class="steplist">${j.steps.map((/** @type {any} */ p) => html`<li class=${p.state}><span>${stepName(state, j, p)}</span><small>${t(`step.${p.state}`)}</small>
${may(p).finish ? button(p, 'finish', () => answer(desk, { type: 'step_finish', ticket, step: p.id })) : ''}${may(p).skip ? button(p, 'skip', () => question(desk, { kind: 'skip', ticket, step: p.id })) : ''}
${may(p).repeat ? button(p, 'repeat', () => question(desk, { kind: 'repeat', ticket, step: p.id })) : ''}</li>`)}</ol>`;
}

/** The items that the service at the window comes from. @param {any} desk */
const itemsHere = (desk) => items().filter((i) => i.service === desk.window.service);

/** The papers of the item, or the way to them where a service has several items. @param {any} desk */
export function papersHere(desk) {
  const found = itemsHere(desk);
  if (!found.length) return '';
  if (found.length === 1) return (found[0].papers || []).join(t('list.comma'));
  return html`<button class="lk in" @click=${() => question(desk, { kind: 'papers' })}>${t('desk.papers_of', { n: found.length })}</button>`;
}

/** The papers of every item of the service. @param {any} desk */
export function papersOf(desk) {
  const service = serviceOf(desk.hall.state, desk.window.service);
  return html`<div class="targets" tabindex="0" role="group" aria-label=${chainOf(desk.hall.state, service).name}>${itemsHere(desk).map((i) => html`<h3>${i.name}</h3><p>${(i.papers || []).join(t('list.comma'))}</p>`)}</div>`;
}
