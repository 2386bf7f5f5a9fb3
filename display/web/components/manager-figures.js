import { html, svg } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { lock, lockable } from '../lib/lock.js';
import { nameOf, t } from '../lib/texts.js';
import { clockSeconds } from '../lib/times.js';

const POINTS = 90; // minutes in a small curve

/** @param {any} board */
export function head(board) {
  const { hall } = board;
  return html`<header><h1>${t('page.manager')}</h1><span class="hallname">${nameOf(hall.state.hall)}</span><nav aria-label=${t('manager.pages')}><a href="/manager" aria-current="page">${t('manager.overview')}</a>${(hall.state.walls || []).slice(0, 1).map((/** @type {any} */ w) => html`<a href="/wall/${w.id}">${t('page.wall')}</a>`)}<a href="/window">${t('page.window')}</a><a href="/staff">${t('staff.title')}</a><a href="/figures">${t('figures.title')}</a><a href="/trail">${t('trail.find')}</a><a href="/ratings">${t('ratings.title')}</a><a href="/followups">${t('follow.title')}</a>${board.emulated ? html`<a href="/hardware">${t('page.hardware')}</a>` : ''}</nav>
<div class="r">${hall.state.open ? html`<button class="chip" @click=${() => turnClocks(board)}>${t(hall.state.frozen ? 'manager.unfreeze' : 'manager.freeze')}</button>` : ''}<button class="chip" @click=${() => turnDay(board)}>${t(hall.state.open ? 'manager.day_close' : 'manager.day_open')}</button><span class="chip" role="status"><i class="lv ${hall.up ? '' : 'off'}"></i>${hall.up ? t('manager.live') : t('feed.down')} · <span class="num">${clockSeconds(hall.now())}</span></span>${lockable() ? html`<button class="chip" title=${t('lock.now')} aria-label=${t('lock.now')} @click=${lock}>${icon('lock')}</button>` : ''}<a class="chip" href="/signin" title=${t('signin.title')} aria-label=${t('signin.title')}>${icon('user')}</a></div></header>`;
}

/** Stops all clocks of the hall, with a reason, or lets them go on. @param {any} board */
async function turnClocks(board) {
  const { frozen } = board.hall.state;
  const reason = frozen ? '' : window.prompt(t('manager.freeze_why'))?.trim();
  if (!frozen && !reason) return;
  await command(board, frozen ? { type: 'unfreeze' } : { type: 'freeze', reason });
}

/** Opens or closes the business day; closing asks first, for it ends all waiting. @param {any} board */
async function turnDay(board) {
  const open = board.hall.state.open;
  if (open && !window.confirm(t('manager.day_close_sure', { n: board.hall.state.figures?.waiting ?? 0 }))) return;
  await command(board, { type: open ? 'day_close' : 'day_open' });
}

/** Sends one command and shows why it was refused. @param {any} board @param {any} wish */
async function command(board, wish) {
  board.problem = '';
  try {
    await board.hall.command(wish);
  } catch (e) {
    board.problem = /** @type {any} */ (e).say || t('desk.no_answer');
  }
  board.draw();
}

/** The six numbers at the top. @param {any} board */
export function figures(board) {
  const { state } = board.hall;
  const f = state.figures || {};
  const count = (/** @type {(w: any) => boolean} */ test) => state.windows.filter(test).length;
  const closed = count((w) => w.state === 'closed');
  const paused = count((w) => w.state === 'paused');
  const bad = state.devices.filter((/** @type {any} */ d) => d.state === 'down' || d.state === 'degraded').length;
  const down = state.devices.filter((/** @type {any} */ d) => d.state === 'down' || d.state === 'unknown').length;
  const ratings = [1, 2, 3, 4, 5].reduce((n, k) => n + (f.ratings?.[k] || 0), 0);
  const list = [
    ['waiting', t('manager.waiting'), f.waiting ?? 0, t('people'), t('manager.serving', { n: f.serving ?? 0 })],
    ['wait', t('manager.average'), f.average_wait ? (f.average_wait / 60).toFixed(1) : '—', t('min'), t('manager.no_show', { n: f.no_show ?? 0 })],
    ['open', t('manager.open'), state.windows.length - closed, `/${state.windows.length}`, t('manager.closed', { closed, paused })],
    ['issued', t('manager.issued'), f.issued ?? 0, t('manager.tickets'), t('manager.served', { n: f.served ?? 0 })],
    ['satisfaction', t('desk.satisfied'), f.satisfaction === null || f.satisfaction === undefined ? '—' : (f.satisfaction * 100).toFixed(1), '%', t('manager.ratings', { n: ratings })],
    ['devices', t('manager.devices_up'), state.devices.length - down, `/${state.devices.length}`, bad ? t('manager.devices_bad', { n: bad }) : t('manager.all_well')],
  ];
  return html`<section class="kpis" aria-label=${t('manager.figures')}>${list.map(([key, name, value, unit, note]) => html`<div class="kpi"><span>${name}</span><b class="num">${value}<small>${unit}</small></b><em>${note}</em>${curve(board, String(key), Number(value))}</div>`)}</section>`;
}

/** The last ninety minutes as far as this page has seen them. @param {any} board @param {string} key @param {number} value */
function curve(board, key, value) {
  const minute = Math.floor(Date.now() / 60000);
  const kept = (board.history[key] ||= []);
  if (Number.isFinite(value)) {
    if (board.history[`${key}.at`]?.[0] === minute) kept[kept.length - 1] = value;
    else kept.push(value);
    board.history[`${key}.at`] = [minute];
  }
  if (kept.length > POINTS) kept.shift();
  if (kept.length < 3) return '';
  const low = Math.min(...kept);
  const high = Math.max(...kept);
  const points = kept.map((/** @type {number} */ v, /** @type {number} */ i) => `${(i * 96) / (kept.length - 1)},${33 - (30 * (v - low)) / (high - low || 1)}`).join(' ');
  return svg`<svg class="sp" viewBox="0 0 96 36" aria-hidden="true"><polyline points=${points} fill="none" stroke="var(--primary)" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round"></polyline></svg>`;
}

