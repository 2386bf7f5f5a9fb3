import { html, keyed } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { items } from '../lib/items.js';
import { fitting } from '../lib/legible.js';
import { chainOf, first, placeOf, ranges, serviceOf } from '../lib/names.js';
import { nameOf, pick, t } from '../lib/texts.js';
import { Turns } from '../lib/turns.js';
import { promise } from './kiosk-lists.js';

export const FRESH = 20; // seconds that a call stays yellow
const CALM = 60; // seconds without a call after which notices take turns with the newest
const SHEETS = 40; // so many items come round
const TOGETHER = 3; // calls said in one breath, as many as the loudspeaker joins

const turns = new Turns();

/**
 * The newest call, the recent ones, and between calls what is worth knowing.
 * @param {any} hall @param {any} wall @param {any[]} calls @param {number} least the smallest font that the seats can read
 */
export function hero(hall, wall, calls, least) {
  const far = least > SMALL * rem();
  const [now, ...rest] = calls;
  const between = !now || hall.since(now.at) > CALM ? betweenCalls(hall.state, wall, far) : [];
  if (!between.length) turns.hold(0);
  // The newest call keeps every second turn.
  const cards = now ? between.flatMap((x) => [null, x]) : [null, ...between];
  const shown = cards.length ? cards[turns.of(cards.length)] : null;
  const list = shown && now ? calls : rest;
  const said = calls.filter((c) => hall.since(c.at) < FRESH).slice(0, TOGETHER).reverse();
  return html`<section class="hero ${far ? 'far' : ''}" aria-label=${t('wall.calls')}>${shown ? shown(least) : now ? calling(hall, now, said) : welcome()}
<ol class="recent" aria-label=${t('wall.recent')}>${list.slice(0, rows(far, !!shown, said.length)).map((c) => recent(hall, c))}</ol></section>`;
}

const SMALL = 5.6; // rem: the font of a recent call where the seats are near
const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

/** How many recent calls have room below what is large. @param {boolean} far @param {boolean} card @param {number} said */
function rows(far, card, said) {
  if (far) return said > 1 ? said - 1 : 2;
  return card ? 4 : said > 1 ? 3 : 5;
}

const welcome = () => html`<div class="now quiet"><div class="k">${icon('sound')}${t('wall.listening')}</div><div class="n">${t('wall.welcome')}</div><div class="g">${t('wall.note')}</div></div>`;

/** Notices of the wall and some items with what they ask for, by turns. @param {any} state @param {any} wall @param {boolean} far @returns {((least: number) => any)[]} */
function betweenCalls(state, wall, far) {
  const sheets = items().filter((i) => i.papers?.length);
  const step = Math.max(1, Math.floor(sheets.length / SHEETS));
  const shown = sheets.filter((_, n) => n % step === 0).slice(0, SHEETS).map((i) => (far ? brief(i) : () => sheet(state, i)));
  const notices = (wall.notices || []).map(notice);
  if (!notices.length || !shown.length) return [...notices, ...shown];
  return shown.flatMap((x, n) => [notices[n % notices.length], x]);
}

/** Words as large as the seats are far, or as their number lets them be. @param {string} words @param {number} least */
function large(words, least) {
  const box = { width: 0.33 * innerWidth, height: 0.42 * innerHeight };
  if (innerHeight > innerWidth) Object.assign(box, { width: 0.8 * innerWidth, height: 0.22 * innerHeight });
  return html`<p class="words" style="font-size:${Math.min(Math.max(SMALL * rem(), HANZI * least), Math.max(SMALL * rem(), fitting(words.length, box))).toFixed(1)}px">${clauses(words)}</p>`;
}

const HANZI = 1.06; // dense strokes want a 150th of the distance

/** A line breaks after a mark rather than within a word. @param {string} words */
const clauses = (words) => words.split(/(?<=[，。；、！？：])/).map((part) => html`<span>${part}</span>`);

/** @param {string} words @returns {(least: number) => any} */
const notice = (words) => (least) => html`<div class="now quiet card"><div class="k">${icon('info')}${t('wall.notice')}</div>${large(words, least)}</div>`;

/** An item for seats that are far: its name and what to bring. @param {any} i @returns {(least: number) => any} */
const brief = (i) => (least) => html`<div class="now quiet card brief"><div class="k">${icon('info')}${nameOf(i)}</div>${large(t('wall.bring', { list: papers(i.papers) }), least)}</div>`;

/** The first three papers, and how many there are if there are more. @param {string[]} list */
const papers = (list) => (list.length > 3 ? t('wall.papers', { list: list.slice(0, 3).join('、'), n: list.length }) : list.join('、'));

/** What one item asks for, in short. @param {any} state @param {any} i */
function sheet(state, i) {
  const service = serviceOf(state, i.service);
  return html`<div class="now quiet card"><div class="k">${icon('info')}${t('wall.sheet')}</div><h2>${nameOf(i)}</h2>
<dl><dt>${t('item.papers')}</dt><dd>${clauses(papers(i.papers))}</dd><dt>${t('item.limit')}</dt><dd>${promise(i)}</dd><dt>${t('item.fee')}</dt><dd>${i.fee || t('item.unsaid')}</dd>
${service?.windows?.length ? html`<dt>${t('item.place')}</dt><dd>${[placeOf(service), t('n_window', { n: ranges(service.windows) })].filter(Boolean).join(' ')}</dd>` : ''}</dl></div>`;
}

/** The newest call. A new key makes a new element, so that the pulse runs once for each call. @param {any} hall @param {any} c @param {any[]} said */
function calling(hall, c, said) {
  const { state } = hall;
  const fresh = hall.since(c.at) < FRESH;
  const w = first(state.windows, (/** @type {any} */ x) => x.id === c.window);
  const chain = chainOf(state, serviceOf(state, c.service));
  return keyed(`${c.ticket}${c.window}${c.at}${c.recalls}`, html`<div class="now ${fresh ? 'fresh' : 'old'} ${said.length > 1 ? 'several' : ''}" role="status"><div class="k">${icon('sound')}${t('wall.please')}${c.recalls ? html`<small>${t('wall.again', { n: c.recalls })}</small>` : ''}${chain.name ? html`<em>${nameOf(chain)}</em>` : ''}</div>
<div class="n num">${c.ticket}</div><div class="g">${t('wall.to')} <b class="num">${c.window}</b> ${t('wall.window')}<i>${placeOf(w)}</i></div>
${said.length > 1 ? html`<p class="cap">${caption('zh-CN', said)}</p>` : ''}<p class="cap" lang="en">${caption('en', said.length ? said : [c])}</p></div>`);
}

/** What is said aloud: calls that follow each other closely are one sentence, the oldest first. @param {string} lang @param {any[]} calls */
function caption(lang, calls) {
  const [first, ...more] = calls.map((c) => ({ ticket: c.ticket, window: c.window }));
  return pick(lang, 'wall.caption', { calls: [pick(lang, 'wall.caption_first', first), ...more.map((c) => pick(lang, 'wall.caption_more', c))].join(pick(lang, 'wall.caption_and')) });
}

/** @param {any} hall @param {any} c */
const recent = (hall, c) => html`<li class=${hall.since(c.at) < FRESH ? 'fresh' : ''}><span class="a num">${c.ticket}</span>${icon('next')}<span><span class="b num">${c.window}</span><small>${t('wall.window')}</small></span><em>${placeOf(first(hall.state.windows, (/** @type {any} */ x) => x.id === c.window))}</em></li>`;
