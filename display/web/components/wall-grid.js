import { html } from '../vendor/lit.js';
import { arrange, leastFont, pagesOf } from '../lib/legible.js';
import { chainClass, chainOf, pad2, placeOf, serviceOf } from '../lib/names.js';
import { nameOf, t } from '../lib/texts.js';
import { Turns } from '../lib/turns.js';
import { FRESH } from './wall-hero.js';

const turns = new Turns();

/** Every window as a tile; where not all can be read from the seats, page by page. @param {any} hall @param {any} wall @param {any[]} windows @param {any[]} calls */
export function grid(hall, wall, windows, calls) {
  if (!wall.screen) return tiles(hall, windows, calls, columns(windows.length));
  const box = room();
  const pages = pagesOf(windows, box, leastFont(wall.screen));
  const [newest] = calls;
  // A page is held while it shows the window that people are looking for.
  if (newest && hall.since(newest.at) < FRESH) turns.hold(Math.max(0, pages.findIndex((p) => p.some((w) => w.id === newest.window))));
  const at = turns.of(pages.length);
  const page = pages[at];
  const { cols, font } = arrange(page.length, box);
  return tiles(hall, page, calls, cols, Math.min(font, box.height / 7), pages.length > 1 ? html`<p class="zone"><b>${placeOf(page[0])}</b> <span class="num">${at + 1} / ${pages.length}</span></p>` : '');
}

/** The room that tiles have: what they had when last drawn. The line that names the zone is always kept free. */
function room() {
  const { width = innerWidth * 0.55, height = innerHeight * 0.8 } = document.querySelector('.grid')?.getBoundingClientRect() || {};
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return { width, height: height - 6 * rem };
}

/** How many columns make tiles that can be read. @param {number} n */
function columns(n) {
  const tall = innerHeight > innerWidth;
  if (n <= 6) return tall ? 2 : n <= 2 ? 1 : 2;
  if (n <= 12) return 3;
  if (n <= 30) return 5;
  return Math.ceil(n / 8);
}

/** @param {any} hall @param {any[]} windows @param {any[]} calls @param {number} cols @param {number} [font] @param {any} [label] */
function tiles(hall, windows, calls, cols, font, label = '') {
  const rows = Math.ceil(windows.length / cols);
  const size = font ? 'sized' : cols <= 2 ? 'huge' : cols <= 3 ? 'large' : cols <= 5 ? 'wide' : 'small';
  const lines = `${label ? '4.4rem ' : ''}repeat(${rows},minmax(0,1fr))`;
  return html`<section class="grid ${size}" aria-label=${t('wall.windows')} style="grid-template-columns:repeat(${cols},minmax(0,1fr));grid-template-rows:${lines};--tile:${(font || 0).toFixed(1)}px">${label}${windows.map((w, i) => tile(hall, w, calls, i % cols === 0))}</section>`;
}

/** @param {any} hall @param {any} w @param {any[]} calls @param {boolean} label */
function tile(hall, w, calls, label) {
  const { state } = hall;
  const call = calls.find((c) => c.window === w.id && c.ticket === w.ticket);
  const newest = call && call === calls[0] && hall.since(call.at) < FRESH;
  const just = call && calls.indexOf(call) < 4;
  const chain = chainOf(state, serviceOf(state, (w.services || [])[0]));
  const word = w.ticket || t(`window.${w.state}`);
  return html`<div class="w ${chainClass(chain.id)} ${w.ticket ? 'busy' : w.state} ${newest ? 'call' : just ? 'rc' : ''}"><span class="i num">${pad2(w.id)}${label && chain.name ? html`<small>${nameOf(chain).slice(0, 2)}</small>` : ''}</span><span class="t num">${word}</span></div>`;
}
