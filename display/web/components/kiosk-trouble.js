import { html } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { first } from '../lib/names.js';
import { nameOf, t } from '../lib/texts.js';
import { clock, clockSeconds } from '../lib/times.js';

/** The screen while the hall cannot be reached: no number can be taken, and it says where one can. @param {any} kiosk */
export function away(kiosk) {
  const { hall } = kiosk;
  const { phone } = hall.state.hall;
  return html`<header class="head2 high"><h1>${nameOf(hall.state.hall)}<small>${t('feed.stale', { at: clockSeconds(hall.lastGood) })}</small></h1><div class="clock num"><b>${clock(hall.now())}</b></div></header>
<main class="gone" role="alert">${icon('warn')}<h2>${t('kiosk.away')}</h2><p>${t('kiosk.away_hint')}</p>${phone ? html`<p class="num">${t('item.ask', { phone })}</p>` : ''}</main>`;
}

/** Whether this kiosk's own printer cannot print now. @param {any} state @param {string} id */
function paperless(state, id) {
  const { printer } = first(state.kiosks, (/** @type {any} */ k) => k.id === id) || {};
  const device = printer && first(state.devices, (/** @type {any} */ d) => d.id === printer || d.id === `printer/${printer}`);
  return device?.state === 'down';
}

/** What has to be known before a number is taken. @param {any} kiosk */
export function note(kiosk) {
  const { state } = kiosk.hall;
  if (state.open === false) return html`<div class="note" role="status">${t('kiosk.closed')}</div>`;
  if (kiosk.s.screen !== 'done' && paperless(state, kiosk.id)) return html`<div class="note" role="status">${icon('printer')}${t('kiosk.paperless')}</div>`;
  return '';
}
