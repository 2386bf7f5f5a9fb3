import { html } from '../vendor/lit.js';
import { pad2 } from '../lib/names.js';
import { t } from '../lib/texts.js';

/** All windows as small tiles. @param {any} board */
export function strip(board) {
  const { state } = board.hall;
  const late = new Set((state.alerts || []).filter((/** @type {any} */ a) => !a.acknowledged).map((/** @type {any} */ a) => a.subject));
  const cols = state.windows.length <= 12 ? Math.max(2, state.windows.length) : 20;
  const legend = [['busy', '5', t('manager.legend_busy')], ['idle', t('manager.mark_idle'), t('window.idle')], ['pause', t('manager.mark_paused'), t('window.paused')], ['over', '!', t('manager.legend_over')], ['closed', '—', t('window.closed')]];
  return html`<section class="strip" aria-label=${t('wall.windows')}><h2>${t('manager.windows', { n: state.windows.length })}${legend.map(([cls, mark, word]) => html`<span><i class="win ${cls}">${mark}</i>${word}</span>`)}</h2>
<div class="wins ${state.windows.length <= 12 ? 'few' : ''}" style="grid-template-columns:repeat(${cols},minmax(0,1fr))">${state.windows.map((/** @type {any} */ w) => tile(board, w, late.has(`window/${w.id}`)))}</div></section>`;
}

/** @param {any} board @param {any} w @param {boolean} over */
function tile(board, w, over) {
  const minutes = Math.floor(board.hall.since(w.started_at || w.called_at || w.since) / 60);
  const busy = w.state === 'serving' || w.state === 'calling';
  const mark = busy ? `${minutes}${over ? '!' : ''}` : { idle: t('manager.mark_idle'), paused: t('manager.mark_paused'), draining: t('manager.mark_paused') }[/** @type {string} */ (w.state)] || '—';
  const cls = over ? 'over' : busy ? 'busy' : { paused: 'pause', draining: 'pause' }[/** @type {string} */ (w.state)] || w.state;
  return html`<a class="win num ${cls}" href="/window/${w.id}" title="${w.name} ${w.ticket || ''} ${w.staff || ''}">${pad2(w.id)}${board.hall.state.windows.length <= 12 ? html`<b>${w.ticket || t(`window.${w.state}`)}</b>` : ''}<small>${mark}</small></a>`;
}
