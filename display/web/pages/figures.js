// What a day came to: sums, the course of the day, and tables by service,
// item, window and staff. Asked for and not on the feed.
import { html, render, svg } from '../vendor/lit.js';
import { lockWhenIdle } from '../lib/lock.js';
import { loadTexts, nameOf, pageLanguage, t } from '../lib/texts.js';

const app = /** @type {HTMLElement} */ (document.getElementById('app'));
const WAYS = ['service', 'item', 'window', 'staff'];
let day = '';
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

async function refresh() {
  try {
    const [{ state }, { items }] = await Promise.all([get('/api/v1/state'), get('/api/v1/items?limit=2000')]);
    day ||= state.day || new Date(state.now).toLocaleDateString('sv-SE', { timeZone: state.hall.timezone });
    names = new Map([...state.services.map((/** @type {any} */ s) => [`service/${s.id}`, nameOf(s)]), ...state.windows.map((/** @type {any} */ w) => [`window/${w.id}`, w.name.includes(w.id) ? w.name : `${w.id} · ${w.name}`]), ...(items || []).map((/** @type {any} */ i) => [`item/${i.code}`, i.name])]);
    report = await get(`/api/v1/figures?day=${day}`);
    problem = '';
  } catch {
    problem = t('figures.no_answer');
  }
  draw();
}

function draw() {
  document.title = t('figures.title');
  const choose = (/** @type {any} */ e) => { if (e.target.value) { day = e.target.value; refresh(); } };
  render(html`<main><header><h1>${t('figures.title')}</h1><label>${t('figures.day')} <input type="date" .value=${day} @change=${choose}></label><a class="csv" download href="/api/v1/figures?day=${day}&format=csv">${t('figures.csv')}</a><a href="/manager">${t('page.manager')}</a></header>
${problem ? html`<p class="problem" role="alert">${problem}</p>` : ''}${report ? content() : ''}</main>`, app);
}

/** @param {string} by @returns {any[]} */
const rows = (by) => (report.rows || []).filter((/** @type {any} */ r) => r.by === by);

const minutes = (/** @type {number} */ seconds) => (seconds / 60).toFixed(1);

function content() {
  const [hall] = rows('hall');
  if (!hall) return html`<p class="none">${t('figures.none')}</p>`;
  const sums = [['received', report.balance.received, ''], ['done', report.balance.done, ''], ['no_show', report.balance.no_show, ''], ['open', report.balance.open, ''], ['wait', minutes(hall.wait.mean), t('figures.min')], ['wait90', minutes(hall.wait.p90), t('figures.min')], ['service', minutes(hall.service.mean), t('figures.min')]];
  return html`<dl class="sums">${sums.map(([k, v, unit]) => html`<div><dt>${t(`figures.${k}`)}</dt><dd class="num">${v}<small>${unit}</small></dd></div>`)}</dl>${hours()}<div class="tables">${WAYS.map(table)}</div>`;
}

/** The numbers taken in each hour, as bars; the table says the same in words for those who do not see it. */
function hours() {
  const all = rows('hour');
  const most = Math.max(1, ...all.map((r) => r.legs));
  return html`<section class="pn"><h2>${t('figures.hours')}</h2><svg class="plot" viewBox="0 0 ${all.length * 40} 110" role="img" aria-label=${all.map((r) => `${r.key}: ${r.legs}`).join(', ')}>${all.map((r, i) => svg`<rect x=${i * 40 + 6} y=${90 - (76 * r.legs) / most} width="28" height=${(76 * r.legs) / most} rx="3"></rect><text x=${i * 40 + 20} y=${86 - (76 * r.legs) / most}>${r.legs}</text><text class="h" x=${i * 40 + 20} y="106">${r.key}</text>`)}</svg></section>`;
}

/** @param {string} by */
function table(by) {
  const all = rows(by).sort((a, b) => b.legs - a.legs);
  if (!all.length) return '';
  const longest = Math.max(1, ...all.map((r) => r.wait.mean));
  return html`<section class="pn" tabindex="0" aria-label=${t(`figures.by_${by}`)}><table><caption>${t(`figures.by_${by}`)}</caption><thead><tr><th scope="col"><span class="sr">${t(`figures.by_${by}`)}</span></th><th scope="col">${t('figures.done')}</th><th scope="col">${t('figures.no_show')}</th><th scope="col">${t('figures.wait')}</th><th scope="col">${t('figures.service')}</th><th scope="col">${t('figures.satisfied')}</th></tr></thead>
<tbody>${all.slice(0, 100).map((r) => html`<tr><th scope="row">${names.get(`${by}/${r.key}`) || r.key}</th><td>${r.done}</td><td>${r.no_shows}</td><td><svg class="bar" viewBox="0 0 60 8" aria-hidden="true"><rect width=${(60 * r.wait.mean) / longest} height="8" rx="2"></rect></svg>${minutes(r.wait.mean)}</td><td>${minutes(r.service.mean)}</td><td>${r.rated ? `${r.satisfied} / ${r.rated}` : '—'}</td></tr>`)}</tbody></table></section>`;
}

loadTexts(pageLanguage(), 'zh-CN').then(refresh).then(lockWhenIdle);
setInterval(refresh, 30000);
