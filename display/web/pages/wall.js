// The queue wall: the newest call large, the recent ones below it, and every
// window of the floor as a tile. It runs for months, so it drifts against
// burn-in and shows a dim moving clock when the hall is closed.
import { html, keyed } from '../vendor/lit.js';
import { own, startPage, staleStrip } from '../lib/page.js';
import { icon } from '../lib/icons.js';
import { chainClass, chainLoad, chainOf, first, minutes, pad2, placeOf, serviceOf } from '../lib/names.js';
import { ridges } from '../lib/ridges.js';
import { nameOf, t } from '../lib/texts.js';
import { clock, clockSeconds, dayOf } from '../lib/times.js';

const HILLS = ridges(1920, 400, 4, '#2f6f72', 5);
const FRESH = 20; // seconds that a call stays yellow
const DRIFT = 180000; // milliseconds between two steps of the drift

/** The windows that this wall shows. @param {any} state @param {any} wall */
function windowsOf(state, wall) {
  if (Array.isArray(wall?.windows) && wall.windows.length) return state.windows.filter((/** @type {any} */ w) => wall.windows.includes(w.id));
  if (wall?.floor) return state.windows.filter((/** @type {any} */ w) => String(w.floor) === String(wall.floor));
  return state.windows;
}

/** @param {any} hall */
function view(hall) {
  const { state } = hall;
  const wall = first(state.walls, (/** @type {any} */ w) => w.id === own) || {};
  if (!own && state.walls?.length) location.replace(`/wall/${encodeURIComponent(state.walls[0].id)}`);
  document.body.classList.toggle('dim', hall.stale && hall.away > 60);
  if (state.open === false && !state.windows.some((/** @type {any} */ w) => w.ticket)) return resting(hall);
  const windows = windowsOf(state, wall);
  const shown = new Set(windows.map((/** @type {any} */ w) => w.id));
  const calls = state.calls.filter((/** @type {any} */ c) => shown.has(c.window));
  return html`${header(hall, wall)}${hero(hall, calls)}${grid(hall, windows, calls)}${footer(state, windows)}${stale(hall)}`;
}

/** @param {any} hall */
function stale(hall) {
  if (!hall.stale) return '';
  return hall.away > 60 ? html`<div class="stale big" role="alert">${icon('warn')}${t('wall.listen')}<small>${t('feed.stale', { at: clockSeconds(hall.lastGood) })}</small></div>` : staleStrip(hall);
}

/** @param {any} hall @param {any} wall */
const header = (hall, wall) => html`<header><div><b>${nameOf(hall.state.hall)}</b><span>${wall.name && hall.state.walls.length > 1 ? wall.name : t('wall.note')}</span></div><div class="num t">${clock(hall.now())}<span>${dayOf(hall.now(), 'zh-CN', 'short')}</span></div></header>`;

/** @param {any} hall @param {any[]} calls */
function hero(hall, calls) {
  const [now, ...rest] = calls;
  return html`<section class="hero" aria-label=${t('wall.calls')}>${now ? calling(hall, now) : html`<div class="now quiet"><div class="k">${icon('sound')}${t('wall.listening')}</div><div class="n">${t('wall.welcome')}</div><div class="g">${t('wall.note')}</div></div>`}
<ol class="recent" aria-label=${t('wall.recent')}>${rest.slice(0, 5).map((c) => recent(hall, c))}</ol></section>`;
}

/** The newest call. A new key makes a new element, so that the pulse runs once for each call. @param {any} hall @param {any} c */
function calling(hall, c) {
  const { state } = hall;
  const fresh = hall.since(c.at) < FRESH;
  const w = first(state.windows, (/** @type {any} */ x) => x.id === c.window);
  const chain = chainOf(state, serviceOf(state, c.service));
  return keyed(`${c.ticket}${c.window}${c.at}${c.recalls}`, html`<div class="now ${fresh ? 'fresh' : 'old'}" role="status"><div class="k">${icon('sound')}${t('wall.please')}${chain.name ? html`<em>${nameOf(chain)}</em>` : ''}</div>
<div class="n num">${c.ticket}</div><div class="g">${t('wall.to')} <b class="num">${c.window}</b> ${t('wall.window')}<i>${placeOf(w)}</i></div></div>`);
}

/** @param {any} hall @param {any} c */
const recent = (hall, c) => html`<li class=${hall.since(c.at) < FRESH ? 'fresh' : ''}><span class="a num">${c.ticket}</span>${icon('next')}<span><span class="b num">${c.window}</span>${t('wall.window')}</span><em>${placeOf(first(hall.state.windows, (/** @type {any} */ x) => x.id === c.window))}</em></li>`;

/** How many columns make tiles that can be read. @param {number} n */
function columns(n) {
  const tall = innerHeight > innerWidth;
  if (n <= 6) return tall ? 2 : n <= 2 ? 1 : 2;
  if (n <= 12) return 3;
  if (n <= 30) return 5;
  return Math.ceil(n / 8);
}

/** @param {any} hall @param {any[]} windows @param {any[]} calls */
function grid(hall, windows, calls) {
  const cols = columns(windows.length);
  const rows = Math.ceil(windows.length / cols);
  const size = cols <= 2 ? 'huge' : cols <= 3 ? 'large' : cols <= 5 ? 'wide' : 'small';
  return html`<section class="grid ${size}" aria-label=${t('wall.windows')} style="grid-template-columns:repeat(${cols},minmax(0,1fr));grid-template-rows:repeat(${rows},minmax(0,1fr))">${windows.map((w, i) => tile(hall, w, calls, i % cols === 0))}</section>`;
}

/** @param {any} hall @param {any} w @param {any[]} calls @param {boolean} label */
function tile(hall, w, calls, label) {
  const { state } = hall;
  const call = calls.find((c) => c.window === w.id && c.ticket === w.ticket);
  const newest = call && call === calls[0] && hall.since(call.at) < FRESH;
  const just = call && calls.indexOf(call) < 4;
  const chain = chainOf(state, serviceOf(state, (w.services || [])[0]));
  const word = w.ticket || t(`window.${w.state}`);
  return html`<div class="w ${chainClass(chain.id)} ${w.ticket ? 'busy' : w.state} ${newest ? 'call' : just ? 'rc' : ''}"><span class="i num">${pad2(w.id)}${label ? html`<small>${nameOf(chain).slice(0, 2)}</small>` : ''}</span><span class="t num">${word}</span></div>`;
}

/** @param {any} state @param {any[]} windows */
function footer(state, windows) {
  const here = new Set(windows.flatMap((w) => w.services || []));
  const chains = state.chains.filter((/** @type {any} */ c) => c.id !== 'X' && state.services.some((/** @type {any} */ s) => s.chain === c.id && here.has(s.id)));
  const parts = chains.length > 1
    ? chains.slice(0, 4).map((/** @type {any} */ c) => ({ cls: chainClass(c.id), name: nameOf(c), waiting: chainLoad(state, c.id).waiting, minutes: chainLoad(state, c.id).minutes }))
    : state.services.filter((/** @type {any} */ s) => here.has(s.id)).slice(0, 4).map((/** @type {any} */ s) => ({ cls: chainClass(s.chain), name: nameOf(s), waiting: s.waiting, minutes: minutes(s.forecast) }));
  return html`<footer>${parts.map((/** @type {any} */ p) => html`<div class=${p.cls}>${p.name} <b class="num">${p.waiting}</b>${t('people')}${p.minutes ? html` · ${t('about')} <b class="num">${p.minutes}</b>${t('min')}` : ''}</div>`)}<p>${t('wall.missed')}</p></footer>`;
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
drift();
startPage({ view, idle: () => !kept?.state?.calls?.[0] || kept.since(kept.state.calls[0].at) > 6 }).then(({ hall, draw }) => {
  kept = hall;
  addEventListener('resize', draw);
});
