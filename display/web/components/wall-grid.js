import { html, ref } from '../vendor/lit.js';
import { arrange, label, leastFont, pagesOf } from '../lib/legible.js';
import { chainClass, chainOf, pad2, placeOf, serviceOf } from '../lib/names.js';
import { nameOf, t } from '../lib/texts.js';
import { Turns } from '../lib/turns.js';
import { FRESH } from './wall-hero.js';

const turns = new Turns();

// A call that takes more room leaves less to the tiles; the page draws again as if the screen had changed.
const shrunk = new ResizeObserver(() => dispatchEvent(new Event('resize')));
const watch = (/** @type {Element|undefined} */ el) => { if (el) shrunk.observe(el); else shrunk.disconnect(); };

/** Every window as a tile; where not all can be read from the seats, page by page. @param {any} hall @param {any} wall @param {any[]} windows @param {any[]} calls */
export function grid(hall, wall, windows, calls) {
  if (!wall.screen) return tiles(hall, windows, calls, columns(windows.length));
  const least = leastFont(wall.screen);
  const box = room(least);
  const pages = pagesOf(windows, box, least);
  const [newest] = calls;
  // A page is held while it shows the window that people are looking for.
  if (newest && hall.since(newest.at) < FRESH) turns.hold(Math.max(0, pages.findIndex((p) => p.some((w) => w.id === newest.window))));
  const at = turns.of(pages.length);
  const page = pages[at];
  const { cols, font } = arrange(page.length, box, least);
  const shown = Math.min(font, Math.max(box.height / 7, least));
  return tiles(hall, page, calls, cols, shown, label(shown, least), pages.length > 1 ? html`<p class="zone"><b>${placeOf(page[0])}</b> <span class="num">${at + 1} / ${pages.length}</span></p>` : '');
}

/** The room that tiles have: what they had when last drawn. The line that names the zone is always kept free. @param {number} least */
function room(least) {
  const { width = innerWidth * 0.55, height = innerHeight * 0.8 } = document.querySelector('.grid')?.getBoundingClientRect() || {};
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return { width, height: height - Math.max(6 * rem, 1.4 * least) };
}

/** How many columns make tiles that can be read. @param {number} n */
function columns(n) {
  const tall = innerHeight > innerWidth;
  if (n <= 6) return tall ? 2 : n <= 2 ? 1 : 2;
  if (n <= 12) return 3;
  if (n <= 30) return 5;
  return Math.ceil(n / 8);
}

/** @param {any} hall @param {any[]} windows @param {any[]} calls @param {number} cols @param {number} [font] @param {number} [small] @param {any} [zone] */
function tiles(hall, windows, calls, cols, font, small = 0, zone = '') {
  const rows = Math.ceil(windows.length / cols);
  const size = font ? 'sized' : cols <= 2 ? 'huge' : cols <= 3 ? 'large' : cols <= 5 ? 'wide' : 'small';
  const lines = `${zone ? 'max(4.4rem,calc(var(--least)*1.3)) ' : ''}repeat(${rows},minmax(0,1fr))`;
  return html`<section ${ref(watch)} class="grid ${size}" aria-label=${t('wall.windows')} style="grid-template-columns:repeat(${cols},minmax(0,1fr));grid-template-rows:${lines};--tile:${(font || 0).toFixed(1)}px;--small:${small.toFixed(1)}px">${zone}${windows.map((w, i) => tile(hall, w, calls, i % cols === 0))}</section>`;
}

/** @param {any} hall @param {any} w @param {any[]} calls @param {boolean} first */
function tile(hall, w, calls, first) {
  const { state } = hall;
  const call = calls.find((c) => c.window === w.id && c.ticket === w.ticket);
  const newest = call && call === calls[0] && hall.since(call.at) < FRESH;
  const just = call && calls.indexOf(call) < 4;
  const chain = chainOf(state, serviceOf(state, (w.services || [])[0]));
  const word = w.ticket || t(`window.${w.state}`);
  return html`<div class="w ${chainClass(chain.id)} ${w.ticket ? 'busy' : w.state} ${newest ? 'call' : just ? 'rc' : ''}"><span class="i num">${pad2(w.id)}${first && chain.name ? html`<small>${nameOf(chain).slice(0, 2)}</small>` : ''}</span><span class="t num">${word}</span></div>`;
}
