// Finds a ticket of a day: by number, window, item or time.
import { html, render } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { lockWhenIdle } from '../lib/lock.js';
import { language, loadTexts, nameOf, pageLanguage, t } from '../lib/texts.js';
import { clock, inZone } from '../lib/times.js';

const app = /** @type {HTMLElement} */ (document.getElementById('app'));
const FIELDS = ['day', 'number', 'window', 'item', 'from', 'to'];
/** @type {any} */
let found = null;
/** @type {any} */
let hall = null;
/** @type {any} */
let noted = null; // who signed in, once somebody asks
let problem = '';

/** What is looked for stands in the address, so that it can be kept and sent. */
const wanted = new URLSearchParams(location.search);

async function search() {
  try {
    const answer = await fetch(`/api/v1/tickets?${wanted}`, { cache: 'no-store', headers: { 'Accept-Language': language() } });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.say);
    hall ||= (await (await fetch('/api/v1/state', { cache: 'no-store' })).json()).state;
    [found, problem] = [said, ''];
    inZone(found.timezone);
  } catch (e) {
    problem = String(/** @type {Error} */ (e).message || t('desk.no_answer'));
  }
  draw();
}

/** @param {SubmitEvent} e */
function submit(e) {
  e.preventDefault();
  const given = new FormData(/** @type {HTMLFormElement} */ (e.target));
  for (const f of FIELDS) {
    const v = String(given.get(f) || '').trim();
    if (v) wanted.set(f, v);
    else wanted.delete(f);
  }
  history.replaceState(null, '', `/trail?${wanted}`);
  search();
}

function draw() {
  document.title = t('trail.search');
  render(html`<header><a href="/manager">${icon('back')}${t('trail.back')}</a><h1>${t('trail.search')}</h1></header><main>
<form role="search" @submit=${submit}>${FIELDS.map(field)}<button class="main">${icon('search')}${t('trail.find')}</button></form>
${problem ? html`<p class="problem" role="alert">${problem}</p>` : ''}${found ? results() : ''}
<details @toggle=${signIns}><summary>${t('trail.access.title')}</summary>${noted ? arrivals() : ''}</details></main>`, app);
}

const TYPES = /** @type {Record<string, string>} */ ({ day: 'date', from: 'time', to: 'time' });

/** @param {string} f */
const field = (f) => html`<label><span>${t(`trail.find.${f}`)}</span><input name=${f} type=${TYPES[f] || 'text'} autocomplete="off" maxlength="40" .value=${wanted.get(f) || (f === 'day' && found ? found.day : '')}></label>`;

function results() {
  if (!found.tickets.length) return html`<p class="none" role="status">${t('trail.none')}</p>`;
  return html`<p class="count" role="status">${t('trail.found', { n: found.tickets.length })}${found.more ? ` ${t('trail.more', { n: found.more })}` : ''}</p>
<table><thead><tr>${['number', 'issued', 'service', 'window', 'state', 'rating'].map((k) => html`<th scope="col">${t(`trail.col.${k}`)}</th>`)}</tr></thead>
<tbody>${found.tickets.map(row)}</tbody></table>`;
}

/** Who signed in on the day that is shown. @param {Event} e */
async function signIns(e) {
  if (!(/** @type {HTMLDetailsElement} */ (e.target).open)) return;
  const answer = await fetch(`/api/v1/trail/access?day=${encodeURIComponent(found?.day || '')}`, { cache: 'no-store' });
  if (answer.ok) noted = await answer.json();
  draw();
}

function arrivals() {
  if (!noted.access.length) return html`<p class="none" role="status">${t('trail.access.none')}</p>`;
  return html`<table><thead><tr>${['trail.access.at', 'trail.access.who', 'trail.access.title', 'trail.col.window'].map((k) => html`<th scope="col">${t(k)}</th>`)}</tr></thead>
<tbody>${noted.access.map((/** @type {any} */ a) => html`<tr><td class="num">${clock(a.at)}</td><td>${a.badge || '–'}${a.by ? html` <small>${a.by}</small>` : ''}</td>
<td class=${a.what === 'refused' || a.what === 'braked' ? 'bad' : ''}>${t(`trail.access.${a.what}`)}${a.n > 1 ? ` × ${a.n}` : ''}${a.reason ? html` <small>${a.about} ${a.reason}</small>` : ''}${a.what === 'backed_up' ? html` <small>${backup(a)}</small>` : ''}</td><td class="num">${a.window || ''}</td></tr>`)}</tbody></table>`;
}

/** What a backup is of, and whether it can be read by whoever finds it. @param {any} a */
const backup = (a) => t(a.recipients ? 'trail.access.backup_sealed' : 'trail.access.backup_bare', { n: a.records || 0 });

/** @param {any} f */
function row(f) {
  const service = nameOf(hall.services.find((/** @type {any} */ s) => s.id === f.service)) || f.service;
  return html`<tr><td><a class="num" href="/trail/${f.day}/${encodeURIComponent(f.ticket)}">${f.ticket}</a></td><td class="num">${clock(f.issued)}</td><td>${service}</td>
<td class="num">${f.windows.join(' → ')}${f.called ? html` <small>${clock(f.called)}</small>` : ''}</td><td>${t(`trail.state.${f.state}`)}</td><td class=${f.level && f.level <= 2 ? 'bad' : ''}>${f.level ? html`<span class="num">${f.level}</span> ${t(`rating.${f.level}`)}` : ''}</td></tr>`;
}

await loadTexts(pageLanguage(), 'zh-CN');
lockWhenIdle();
draw();
search();
