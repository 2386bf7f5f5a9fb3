// What citizens said, for those who judge: the figures to publish, what a
// supervisor may want to ask, and a table. Sums only; asked for and not on the
// feed, which every window hears.
import { html, render, svg } from '../vendor/lit.js';
import { lockWhenIdle } from '../lib/lock.js';
import { loadTexts, nameOf, pageLanguage, t } from '../lib/texts.js';

const EVERY = 30000;
const WAYS = ['window', 'staff', 'item', 'channel'];
const LEVELS = [5, 4, 3, 2, 1];
const app = /** @type {HTMLElement} */ (document.getElementById('app'));
let from = '';
let to = '';
let by = WAYS[0];
/** @type {any} */
let report = null;
/** @type {Map<string, string>} */
let names = new Map();
let problem = '';

/** @param {string} path */
async function get(path) {
  const answer = await fetch(path, { cache: 'no-store' });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

const query = () => new URLSearchParams({ by, ...(from && { from }), ...(to && { to }) });

async function refresh() {
  try {
    const [{ state }, { items }, told] = await Promise.all([get('/api/v1/state'), get('/api/v1/items?limit=2000'), get(`/api/v1/ratings?${query()}`)]);
    names = new Map([...state.windows.map((/** @type {any} */ w) => [`window/${w.id}`, `${w.id} · ${w.name}`]), ...(items || []).map((/** @type {any} */ i) => [`item/${i.code}`, nameOf(i)])]);
    if (told.by === by) report = told;
    from ||= told.from;
    to ||= told.to;
    problem = '';
  } catch {
    problem = t('ratings.no_answer');
  }
  draw();
}

/** @param {() => void} set */
const choose = (set) => { set(); refresh(); };

function draw() {
  document.title = t('ratings.title');
  const date = (/** @type {string} */ key, /** @type {string} */ value, /** @type {(v: string) => void} */ set) => html`<label>${t(key)} <input type="date" .value=${value} @change=${(/** @type {any} */ e) => e.target.value && choose(() => set(e.target.value))}></label>`;
  render(html`<main><header><h1>${t('ratings.title')}</h1>${date('ratings.from', from, (v) => { from = v; })}${date('ratings.to', to, (v) => { to = v; })}<a download href="/api/v1/ratings?${query()}&format=csv" class="csv">${t('figures.csv')}</a><a href="/followups">${t('follow.title')}</a><a href="/manager">${t('page.manager')}</a></header>
${problem ? html`<p class="problem" role="alert">${problem}</p>` : ''}${report ? content() : ''}</main>`, app);
}

function content() {
  if (!report.hall.served) return html`<p class="none">${t('ratings.none')}</p>`;
  return html`${publication()}<div class="two">${levels()}${questions()}</div>${table()}`;
}

const percent = (/** @type {number} */ x) => Math.round(100 * x);

/** A share with its numbers first; of nothing there is no share. @param {any} s */
const share = (s) => (s.of ? html`${s.n}<small>/ ${s.of}</small>` : html`—`);

/** The interval in words. @param {any} s */
const interval = (s) => (s.of ? t('ratings.interval', { low: percent(s.low), high: percent(s.high) }) : t('ratings.no_votes'));

/** The figures that are published, each with what it is a share of. */
function publication() {
  const { hall, followups } = report;
  const tiles = [
    ['invited', share(hall.invited), interval(hall.invited)],
    ['rated', share(hall.rated), interval(hall.rated)],
    ['satisfied', share(hall.satisfied), interval(hall.satisfied)],
    ['followups', share(followups.in_time), t('ratings.followups_note', { opened: followups.opened, ended: followups.ended })],
    ['defaulted', hall.defaulted, t('ratings.defaulted_note')],
  ];
  return html`<dl class="sums" aria-label=${t('ratings.publication')}>${tiles.map(([key, value, note]) => html`<div><dt>${t(`ratings.${key}`)}</dt><dd class="num">${value}</dd><dd class="note">${note}</dd></div>`)}</dl>`;
}

function levels() {
  const { hall } = report;
  const most = Math.max(1, ...LEVELS.map((n) => hall.levels[n] || 0));
  return html`<section class="pn"><h2>${t('ratings.levels')}</h2><ul class="levels">${LEVELS.map((n) => html`<li><span>${t(`rating.${n}`)}</span><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width=${(100 * (hall.levels[n] || 0)) / most} height="8" rx="1"></rect></svg><b class="num">${hall.levels[n] || 0}</b></li>`)}</ul><p class="note">${t('ratings.beside', { excluded: hall.excluded, late: hall.late, duplicate: hall.duplicate, refused: report.refused, marked: hall.marked })}</p></section>`;
}

/** What is odd, put as questions with their numbers. They are no verdicts. */
function questions() {
  const all = report.questions;
  return html`<section class="pn"><h2>${t('ratings.questions')}</h2><p class="note">${t('ratings.questions_note')}</p>${all.length ? html`<ul class="ask">${all.map((/** @type {any} */ q) => html`<li><b class="num">${t('window_no', { n: q.window })}</b> ${t(`ratings.ask.${q.kind}`, { n: q.n, of: q.of, elsewhere: percent(q.elsewhere) })}</li>`)}</ul>` : html`<p>${t('ratings.no_questions')}</p>`}</section>`;
}

/** The true share lies on the line with probability 0.95. @param {any} s */
const whisker = (s) => (s.of ? html`<svg class="whisker" viewBox="0 0 104 10" aria-hidden="true"><path class="axis" d="M2 5h100"></path><path d="M${2 + 100 * s.low} 5H${2 + 100 * s.high}"></path>${svg`<circle cx=${2 + (100 * s.n) / s.of} cy="5" r="3.4"></circle>`}</svg>` : '');

/** @param {string} key */
const called = (key) => (by === 'channel' ? t(`ratings.channel.${key}`) : names.get(`${by}/${key}`) || key);

function table() {
  const asked = by !== 'channel'; // a channel has no citizens who were not asked
  const way = (/** @type {string} */ w) => html`<button aria-pressed=${by === w} @click=${() => choose(() => { by = w; })}>${t(`ratings.by_${w}`)}</button>`;
  return html`<section class="pn"><div class="ways" role="group" aria-label=${t('ratings.by')}>${WAYS.map(way)}</div>
<div class="scroll" tabindex="0" role="region" aria-label=${t(`ratings.by_${by}`)}><table><thead><tr><th scope="col"><span class="sr">${t(`ratings.by_${by}`)}</span></th>${asked ? html`<th scope="col">${t('ratings.invited')}</th><th scope="col">${t('ratings.rated')}</th>` : ''}<th scope="col">${t('ratings.satisfied')}</th><th scope="col">${t('ratings.between')}</th>${LEVELS.map((n) => html`<th scope="col">${t(`rating.${n}`)}</th>`)}<th scope="col">${t('ratings.defaulted')}</th></tr></thead>
<tbody>${sorted(report.rows).map((r) => html`<tr class=${asked && !r.invited.n ? 'unasked' : ''}><th scope="row">${called(r.id)}</th>${asked ? html`<td>${r.invited.n ? share(r.invited) : html`<em>${t('ratings.not_asked')}</em>`}</td><td>${share(r.rated)}</td>` : ''}<td>${share(r.satisfied)}</td><td>${whisker(r.satisfied)}${r.satisfied.of ? html`<small>${percent(r.satisfied.low)}–${percent(r.satisfied.high)} %</small>` : '—'}</td>${LEVELS.map((n) => html`<td>${r.levels[n] || 0}</td>`)}<td>${r.defaulted}</td></tr>`)}</tbody></table></div></section>`;
}

/** Windows by their number, the rest as told: no order of merit from few votes. @param {any[]} rows */
const sorted = (rows) => (by === 'window' ? [...rows].sort((a, b) => a.id.localeCompare(b.id, undefined, { numeric: true })) : rows);

loadTexts(pageLanguage(), 'zh-CN').then(refresh).then(lockWhenIdle);
setInterval(refresh, EVERY);
