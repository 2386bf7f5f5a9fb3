import { html } from '../vendor/lit.js';
import { chainOf, serviceOf, stepName } from '../lib/names.js';
import { t } from '../lib/texts.js';
import { answer } from './window-actions.js';

/**
 * The back office's list: paper steps that run, of chains that pass by this window.
 * @param {any} desk
 */
export function papers(desk) {
  const { state } = desk.hall;
  const rows = state.journeys.flatMap((/** @type {any} */ j) => (passes(state, j, desk.window) ? j.steps.filter(open).map((/** @type {any} */ p) => ({ j, p })) : []));
  if (!rows.length) return '';
  return html`<div class="card papers"><h3>${t('journey.papers', { n: rows.length })}</h3>${rows.slice(0, 12).map((/** @type {any} */ r) => row(desk, r))}</div>`;
}

const open = (/** @type {any} */ p) => p.mode === 'paper' && p.state === 'open';

/** @param {any} state @param {any} journey @param {any} w */
const passes = (state, journey, w) => (w.services || []).some((/** @type {string} */ s) => chainOf(state, serviceOf(state, s)).id === journey.chain
  || journey.steps.some((/** @type {any} */ p) => p.service === s));

/** @param {any} desk @param {{ j: any, p: any }} r */
function row(desk, { j, p }) {
  const minutes = Math.floor(desk.hall.since(p.since) / 60);
  return html`<div class="paper"><b class="num">${j.ticket}</b><span>${stepName(desk.hall.state, j, p)}</span><span class="num">${t('n_min', { n: minutes })}</span>
<button class="lk" ?disabled=${desk.busy} aria-label="${t('journey.finish')} ${j.ticket} ${p.name}" @click=${() => answer(desk, { type: 'step_finish', ticket: j.ticket, step: p.id })}>${t('journey.finish')}</button></div>`;
}
