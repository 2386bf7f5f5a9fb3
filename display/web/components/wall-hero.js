import { html, keyed } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { items } from '../lib/items.js';
import { chainOf, first, placeOf, ranges, serviceOf } from '../lib/names.js';
import { nameOf, pick, t } from '../lib/texts.js';
import { Turns } from '../lib/turns.js';
import { promise } from './kiosk-lists.js';

export const FRESH = 20; // seconds that a call stays yellow
const CALM = 60; // seconds without a call after which notices take turns with the newest
const SHEETS = 40; // so many items come round

const turns = new Turns();

/** The newest call, the recent ones, and between calls what is worth knowing. @param {any} hall @param {any} wall @param {any[]} calls */
export function hero(hall, wall, calls) {
  const [now, ...rest] = calls;
  const between = !now || hall.since(now.at) > CALM ? betweenCalls(hall.state, wall) : [];
  if (!between.length) turns.hold(0);
  // The newest call keeps every second turn.
  const cards = now ? between.flatMap((x) => [null, x]) : [null, ...between];
  const shown = cards.length ? cards[turns.of(cards.length)] : null;
  const list = shown && now ? calls : rest;
  return html`<section class="hero" aria-label=${t('wall.calls')}>${shown || (now ? calling(hall, now) : welcome())}
<ol class="recent" aria-label=${t('wall.recent')}>${list.slice(0, shown ? 4 : 5).map((c) => recent(hall, c))}</ol></section>`;
}

const welcome = () => html`<div class="now quiet"><div class="k">${icon('sound')}${t('wall.listening')}</div><div class="n">${t('wall.welcome')}</div><div class="g">${t('wall.note')}</div></div>`;

/** Notices of the wall and some items with what they ask for, by turns. @param {any} state @param {any} wall @returns {any[]} */
function betweenCalls(state, wall) {
  const sheets = items().filter((i) => i.papers?.length);
  const step = Math.max(1, Math.floor(sheets.length / SHEETS));
  const shown = sheets.filter((_, n) => n % step === 0).slice(0, SHEETS).map((i) => sheet(state, i));
  const notices = (wall.notices || []).map(notice);
  if (!notices.length || !shown.length) return [...notices, ...shown];
  return shown.flatMap((x, n) => [notices[n % notices.length], x]);
}

/** @param {string} words */
const notice = (words) => html`<div class="now quiet card"><div class="k">${icon('info')}${t('wall.notice')}</div><p class="words">${words}</p></div>`;

/** The first three papers, and how many there are if there are more. @param {string[]} list */
const papers = (list) => (list.length > 3 ? t('wall.papers', { list: list.slice(0, 3).join('、'), n: list.length }) : list.join('、'));

/** What one item asks for, in short. @param {any} state @param {any} i */
function sheet(state, i) {
  const service = serviceOf(state, i.service);
  return html`<div class="now quiet card"><div class="k">${icon('info')}${t('wall.sheet')}</div><h2>${nameOf(i)}</h2>
<dl><dt>${t('item.papers')}</dt><dd>${papers(i.papers)}</dd><dt>${t('item.limit')}</dt><dd>${promise(i)}</dd><dt>${t('item.fee')}</dt><dd>${i.fee || t('item.unsaid')}</dd>
${service?.windows?.length ? html`<dt>${t('item.place')}</dt><dd>${[placeOf(service), t('n_window', { n: ranges(service.windows) })].filter(Boolean).join(' ')}</dd>` : ''}</dl></div>`;
}

/** The newest call. A new key makes a new element, so that the pulse runs once for each call. @param {any} hall @param {any} c */
function calling(hall, c) {
  const { state } = hall;
  const fresh = hall.since(c.at) < FRESH;
  const w = first(state.windows, (/** @type {any} */ x) => x.id === c.window);
  const chain = chainOf(state, serviceOf(state, c.service));
  return keyed(`${c.ticket}${c.window}${c.at}${c.recalls}`, html`<div class="now ${fresh ? 'fresh' : 'old'}" role="status"><div class="k">${icon('sound')}${t('wall.please')}${c.recalls ? html`<small>${t('wall.again', { n: c.recalls })}</small>` : ''}${chain.name ? html`<em>${nameOf(chain)}</em>` : ''}</div>
<div class="n num">${c.ticket}</div><div class="g">${t('wall.to')} <b class="num">${c.window}</b> ${t('wall.window')}<i>${placeOf(w)}</i></div>
<p class="cap" lang="en">${pick('en', 'wall.caption', { ticket: c.ticket, window: c.window })}</p></div>`);
}

/** @param {any} hall @param {any} c */
const recent = (hall, c) => html`<li class=${hall.since(c.at) < FRESH ? 'fresh' : ''}><span class="a num">${c.ticket}</span>${icon('next')}<span><span class="b num">${c.window}</span>${t('wall.window')}</span><em>${placeOf(first(hall.state.windows, (/** @type {any} */ x) => x.id === c.window))}</em></li>`;
