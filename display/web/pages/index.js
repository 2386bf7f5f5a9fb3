// The front door: every page of this hall.
import { html } from '../vendor/lit.js';
import { startPage, staleStrip } from '../lib/page.js';
import { hasEmulators } from '../lib/emulated.js';
import { icon } from '../lib/icons.js';
import { ridges } from '../lib/ridges.js';
import { language, nameOf, t } from '../lib/texts.js';
import { clock, dayOf } from '../lib/times.js';

const HILLS = ridges(1366, 240, 4, '#0a5a5e', 11);
let emulated = false;

/** @param {string} href @param {string} sign @param {string} name @param {string} note */
const door = (href, sign, name, note) => html`<li><a href=${href}>${icon(sign)}<span><b>${name}</b><small>${note}</small></span></a></li>`;

/** @param {any} hall */
function view(hall) {
  const { state } = hall;
  const f = state.figures || {};
  const at = (/** @type {string} */ kind, /** @type {any} */ x) => `/${kind}/${encodeURIComponent(x.id)}`;
  return html`${staleStrip(hall)}<header style="background-image:${HILLS}"><div><h1>${nameOf(state.hall)}</h1><p>${state.open === false ? t('kiosk.closed') : t('index.today', { issued: f.issued ?? 0, waiting: f.waiting ?? 0 })}</p></div><div class="num clock"><b>${clock(hall.now())}</b>${dayOf(hall.now(), language())}</div></header>
<main><ul class="doors">${(state.kiosks || []).map((/** @type {any} */ k) => door(at('kiosk', k), 'idcard', t('page.kiosk'), k.name))}${(state.walls || []).map((/** @type {any} */ w) => door(at('wall', w), 'sound', t('page.wall'), w.name))}
${door('/manager', 'cam', t('page.manager'), t('index.manager'))}${door('/trail', 'search', t('trail.search'), t('index.trail'))}${door('/staff', 'users', t('staff.title'), t('index.staff'))}${door('/figures', 'chart', t('figures.title'), t('index.figures'))}${door('/ratings', 'star', t('ratings.title'), t('index.ratings'))}${door('/followups', 'smile', t('follow.title'), t('index.followups'))}${door('/settings', 'gear', t('settings.title'), t('index.settings'))}${emulated ? door('/hardware', 'printer', t('page.hardware'), t('index.hardware')) : ''}</ul>
<h2>${t('index.windows')}</h2><ul class="small">${state.windows.map((/** @type {any} */ w) => html`<li><a class=${w.state} href=${at('window', w)} title=${w.name}><b class="num">${w.id}</b><small>${w.ticket || t(`window.${w.state}`)}</small></a></li>`)}</ul></main>`;
}

startPage({ view }).then(async ({ draw }) => {
  emulated = await hasEmulators();
  draw();
});
