// What every page does: load its words, keep the hall, draw when something
// changed, and renew itself when the program was renewed.
import { render, html } from '../vendor/lit.js';
import { Hall } from './hall.js';
import { lockWhenIdle } from './lock.js';
import { loadTexts, pageLanguage, t } from './texts.js';
import { clockSeconds, inZone } from './times.js';
import { icon } from './icons.js';

/** The build that this page was loaded from. */
export const build = document.querySelector('meta[name=lobby-build]')?.getAttribute('content') || '';

/** The last part of the address: which kiosk, window or wall this is. */
export const own = decodeURIComponent(location.pathname.split('/')[2] || '');

/** Settings a test or a technician may put into the address. */
export const settings = new URLSearchParams(location.search);

/** Milliseconds between two beats of a screen, which a page sends only while it draws. */
const BEAT = 1000 * (Number(settings.get('beat')) || 10);

/**
 * Draws at most once a frame. A hidden page has no frames, so it draws by a
 * timer: a wall behind a screen saver must be right when it comes back.
 * @param {() => unknown} view
 */
export function drawer(view) {
  const app = /** @type {HTMLElement} */ (document.getElementById('app'));
  let waiting = false;
  const draw = () => {
    waiting = false;
    render(view(), app);
  };
  return () => {
    if (waiting) return;
    waiting = true;
    if (document.hidden) setTimeout(draw, 250);
    else requestAnimationFrame(draw);
  };
}

/**
 * Starts a page. `view` gives the template; `idle` says whether the page may
 * load itself again now without disturbing anybody.
 * A page of people who work here speaks the language of their browser; `languages`
 * are those of a page that stands in the hall, the first one to begin with.
 * `screen` is what kind of screen of the hall this is, if it is one that is watched.
 * @param {{view: (hall: Hall) => unknown, idle?: () => boolean, languages?: string[], every?: number, screen?: string}} o
 */
export async function startPage({ view, idle = () => true, languages = [pageLanguage(), 'zh-CN'], every = 1000, screen = '' }) {
  await loadTexts(...languages);
  const hall = new Hall({ build });
  if (!screen) lockWhenIdle().then(() => draw());
  let drawn = 0;
  const draw = drawer(() => {
    const shown = hall.state ? view(hall) : loading(hall);
    drawn = performance.now();
    return shown;
  });
  hall.addEventListener('change', () => {
    inZone(hall.state?.hall?.timezone);
    draw();
  });
  renewal(hall, idle);
  setInterval(draw, every);
  if (screen && own) setInterval(() => { if (performance.now() - drawn < BEAT) hall.send({ type: 'screen', screen: `${screen}:${own}` }); }, BEAT);
  hall.start();
  draw();
  Object.assign(window, { lobby: hall }); // for tests and for a look from the console
  return { hall, draw };
}

/** @param {Hall} hall */
const loading = (hall) => html`<main class="waitload"><p>${hall.away > 3 ? t('feed.connecting') : ''}</p></main>`;

/** The strip that says plainly that the page is old. @param {Hall} hall */
export function staleStrip(hall) {
  if (!hall.stale) return '';
  return html`<div class="stale" role="alert">${icon('warn')}${t('feed.stale', { at: clockSeconds(hall.lastGood) })}</div>`;
}

/** Loads the page again for a new build and once every night. @param {Hall} hall @param {() => boolean} idle */
function renewal(hall, idle) {
  let due = false;
  hall.addEventListener('build', (e) => {
    const wanted = /** @type {CustomEvent} */ (e).detail;
    // Only once for each build, or a stale cache between us would make a loop.
    if (sessionStorage.getItem('lobby-renewed') === wanted) return;
    sessionStorage.setItem('lobby-renewed', wanted);
    due = true;
  });
  setTimeout(() => { due = true; }, untilNight());
  setInterval(() => { if ((due || swollen()) && hall.up && idle()) location.reload(); }, 1000);
}

/** Whether the page has grown as no page of ours should; a young page is left alone. */
function swollen() {
  const heap = /** @type {any} */ (performance).memory?.usedJSHeapSize || 0;
  return performance.now() > 600e3 && (heap > 300e6 || document.getElementsByTagName('*').length > 8000);
}

/** Milliseconds until half past three, give or take twenty minutes. */
function untilNight() {
  const at = new Date();
  at.setHours(3, 30 + Math.round(Math.random() * 40 - 20), 0, 0);
  if (at.getTime() < Date.now() + 3600e3) at.setDate(at.getDate() + 1);
  return at.getTime() - Date.now();
}
