// The queue wall: the newest call large, the recent ones below it, and every
// window of its zone as a tile. It runs for months, so it drifts against
// burn-in and shows a dim moving clock when the hall is closed.
import { html } from '../vendor/lit.js';
import { own, startPage, staleStrip } from '../lib/page.js';
import { unknown } from '../components/chooser.js';
import { grid } from '../components/wall-grid.js';
import { hero } from '../components/wall-hero.js';
import { icon } from '../lib/icons.js';
import { keepItems } from '../lib/items.js';
import { leastFont } from '../lib/legible.js';
import { chainClass, chainLoad, first, minutes } from '../lib/names.js';
import { playSound } from '../lib/sound.js';
import { ridges } from '../lib/ridges.js';
import { nameOf, t } from '../lib/texts.js';
import { clock, clockSeconds, dayOf } from '../lib/times.js';
import { Turns } from '../lib/turns.js';

const HILLS = ridges(1920, 400, 4, '#2f6f72', 5);
const DRIFT = 180000; // milliseconds between two steps of the drift
const waits = new Turns();

/** The windows that this wall shows. @param {any} state @param {any} wall */
function windowsOf(state, wall) {
  if (Array.isArray(wall?.windows) && wall.windows.length) return state.windows.filter((/** @type {any} */ w) => wall.windows.includes(w.id));
  if (wall?.floor) return state.windows.filter((/** @type {any} */ w) => String(w.floor) === String(wall.floor));
  return state.windows;
}

/** @param {any} hall */
function view(hall) {
  const { state } = hall;
  if (own && !state.walls.some((/** @type {any} */ w) => w.id === own)) return unknown('wall', own, state.walls);
  const wall = first(state.walls, (/** @type {any} */ w) => w.id === own) || {};
  if (!own && state.walls?.length) location.replace(`/wall/${encodeURIComponent(state.walls[0].id)}`);
  document.body.classList.toggle('dim', hall.stale && hall.away > 60);
  if (state.open === false && !state.windows.some((/** @type {any} */ w) => w.ticket)) return resting(hall);
  const windows = windowsOf(state, wall);
  const shown = new Set(windows.map((/** @type {any} */ w) => w.id));
  const calls = state.calls.filter((/** @type {any} */ c) => shown.has(c.window));
  const least = wall.screen ? leastFont(wall.screen) : 0;
  document.documentElement.style.setProperty('--least', `${least.toFixed(1)}px`);
  return html`${header(hall, wall)}${hero(hall, wall, calls, least)}${grid(hall, wall, windows, calls)}${footer(state, windows, least)}${blocked ? html`<button class="unmute">${icon('mute')}${t('wall.unmute')}</button>` : ''}${stale(hall)}`;
}

/** @param {any} hall */
function stale(hall) {
  if (!hall.stale) return '';
  return hall.away > 60 ? html`<div class="stale big" role="alert">${icon('warn')}${t('wall.listen')}<small>${t('feed.stale', { at: clockSeconds(hall.lastGood) })}</small></div>` : staleStrip(hall);
}

/** @param {any} hall @param {any} wall */
const header = (hall, wall) => html`<header><div><b>${nameOf(hall.state.hall)}</b><span>${wall.name && hall.state.walls.length > 1 ? wall.name : t('wall.note')}</span></div><div class="num t">${clock(hall.now())}<span>${dayOf(hall.now(), 'zh-CN', 'short')}</span></div></header>`;

/** How many wait for what; where the seats are far, one queue after the other. @param {any} state @param {any[]} windows @param {number} least */
function footer(state, windows, least) {
  const here = new Set(windows.flatMap((w) => w.services || []));
  const chains = state.chains.filter((/** @type {any} */ c) => c.id !== 'X' && state.services.some((/** @type {any} */ s) => s.chain === c.id && here.has(s.id)));
  const parts = chains.length > 1
    ? chains.slice(0, 4).map((/** @type {any} */ c) => ({ cls: chainClass(c.id), name: nameOf(c), waiting: chainLoad(state, c.id).waiting, minutes: chainLoad(state, c.id).minutes }))
    : state.services.filter((/** @type {any} */ s) => here.has(s.id)).slice(0, 4).map((/** @type {any} */ s) => ({ cls: chainClass(s.chain), name: nameOf(s), waiting: s.waiting, minutes: minutes(s.forecast) }));
  const far = least > 0.024 * innerHeight;
  const shown = far && parts.length ? [parts[waits.of(parts.length)]] : parts;
  return html`<footer class=${far ? 'far' : ''}>${shown.map((/** @type {any} */ p) => html`<div class=${p.cls}>${p.name} <b class="num">${p.waiting}</b>${t('people')}${p.minutes ? html` · ${t('about')} <b class="num">${p.minutes}</b>${t('min')}` : ''}</div>`)}<p>${t('wall.missed')}</p></footer>`;
}

/** Out of hours: a dim clock that wanders. @param {any} hall */
function resting(hall) {
  const k = Math.floor(Date.now() / 60000);
  return html`<section class="resting" style="transform:translate(${20 + 12 * Math.sin(k)}vw,${30 + 18 * Math.cos(k * 0.7)}vh)"><b class="num">${clock(hall.now())}</b><p>${nameOf(hall.state.hall)}</p><p>${t('wall.closed')}</p></section>${stale(hall)}`;
}

/** Moves the whole picture a few pixels now and then. */
function drift() {
  const app = /** @type {HTMLElement} */ (document.getElementById('app'));
  app.style.backgroundImage = HILLS;
  let k = 0;
  setInterval(() => {
    k = (k + 1) % 8;
    const a = (k * Math.PI) / 4;
    app.style.transform = `translate(${(3 * Math.cos(a)).toFixed(1)}px,${(3 * Math.sin(a)).toFixed(1)}px)`;
  }, DRIFT);
}

/** @type {any} */
let kept = null;
let blocked = false; // the browser wants a touch before it plays
drift();
startPage({ view, screen: 'wall', languages: ['zh-CN', 'en'], idle: () => !kept?.state?.calls?.[0] || kept.since(kept.state.calls[0].at) > 6 }).then(({ hall, draw }) => {
  kept = hall;
  keepItems(draw);
  addEventListener('resize', draw);
  addEventListener('click', () => { blocked = false; draw(); }); // any touch is what the browser waited for
  const listen = () => {
    if (!hall.state) return;
    hall.removeEventListener('change', listen);
    if (first(hall.state.walls, (/** @type {any} */ w) => w.id === own)?.sound) playSound(own, (is) => { blocked = is; draw(); });
  };
  hall.addEventListener('change', listen);
  listen();
});
