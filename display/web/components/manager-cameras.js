import { html, repeat } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { t } from '../lib/texts.js';
import './hall-camera.js';

const TILES = 9; // more would starve the others on a small machine

/** The camera wall. The first camera with an alert is shown large. @param {any} board */
export function cameras(board) {
  const { state } = board.hall;
  const all = state.cameras || [];
  if (!all.length) return html`<section class="cams empty" aria-label=${t('manager.cameras')}><p>${icon('camoff')}${t('manager.no_cameras')}</p></section>`;
  const open = (state.alerts || []).filter((/** @type {any} */ a) => !a.acknowledged);
  const alertOf = (/** @type {any} */ c) => open.find((/** @type {any} */ a) => a.subject === `camera/${c.id}` || (c.windows || []).some((/** @type {string} */ w) => a.subject === `window/${w}`));
  const shown = all.slice(0, TILES);
  return html`<section class="cams n${shown.length}" aria-label=${t('manager.cameras')}>${repeat(shown, (/** @type {any} */ c) => c.id, (/** @type {any} */ c, i) => html`<hall-camera class=${i === 0 ? 'main' : ''}
    camera=${c.id} label=${c.name} state=${c.state} why=${c.why || ''} alert=${String(alertOf(c)?.say || '').split(/[：:，,]/)[0]}></hall-camera>`)}</section>`;
}
