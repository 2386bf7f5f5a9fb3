// The work-list of bad ratings, for supervisors: what is to be done about each,
// by when, and what was done. The list is asked for and not on the feed, which
// every window hears.
import { html, render } from '../vendor/lit.js';
import { lockWhenIdle } from '../lib/lock.js';
import { language, loadTexts, pageLanguage, t } from '../lib/texts.js';
import { clock, dayNamed, dayOf, inZone } from '../lib/times.js';

const EVERY = 10000;
const STEPS = ['verified', 'called_back', 'corrected', 'replied'];
const app = /** @type {HTMLElement} */ (document.getElementById('app'));
/** @type {any[]} */
let list = [];
let problem = '';

async function refresh() {
  try {
    const answer = await fetch('/api/v1/followups', { cache: 'no-store' });
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    inZone(told.timezone);
    list = told.followups;
    if (problem === t('follow.no_answer')) problem = '';
  } catch {
    problem = t('follow.no_answer');
  }
  draw();
}

function draw() {
  document.title = t('follow.title');
  render(html`<main><header><h1>${t('follow.title')}</h1><a href="/ratings">${t('ratings.title')}</a><a href="/manager">${t('page.manager')}</a></header>${problem ? html`<p class="problem" role="alert">${problem}</p>` : ''}
${list.length ? list.map(one) : html`<p class="none">${t('follow.none')}</p>`}</main>`, app);
}

/** @param {any} f */
function one(f) {
  const over = f.state === 'closed' || f.state === 'excluded';
  return html`<article class="case ${f.late ? 'late' : ''}" aria-label=${f.followup}><div class="head"><a class="num" href="/trail/${f.day}/${encodeURIComponent(f.ticket)}">${f.ticket}</a><span>${dayNamed(f.day, language())}</span><span>${t('window_no', { n: f.window })}</span>${f.staff ? html`<span>${t('rate.staff', { staff: f.staff })}</span>` : ''}<span>${t(`rating.${f.level}`)}</span><span class="due">${f.late ? t('follow.late') : ''} ${t('follow.due', { date: dayNamed(f.due, language()) })}</span><span class="state">${t(`follow.state.${f.state}`)}</span></div>
<ul class="log">${(f.steps || []).map((/** @type {any} */ s) => html`<li><span class="num">${dayOf(new Date(s.at), language(), 'short')} ${clock(s.at)}</span><span>${t(`follow.step.${s.kind}`)} · ${s.by}</span><span>${s.note || ''}</span></li>`)}</ul>${over ? '' : work(f)}</article>`;
}

/** What can be done now. @param {any} f */
function work(f) {
  return html`<form @submit=${(/** @type {Event} */ e) => e.preventDefault()}><label><span>${t('follow.by')}</span><input name="by" autocomplete="off" maxlength="20"></label><label><span>${t('follow.note')}</span><input name="note" autocomplete="off" maxlength="500"></label>
<div class="acts">${STEPS.map((kind) => html`<button type="button" @click=${(/** @type {Event} */ e) => act(e, f, { type: 'followup_note', kind })}>${t(`follow.do.${kind}`)}</button>`)}<button type="button" @click=${(/** @type {Event} */ e) => act(e, f, { type: 'followup_appeal' })}>${t('follow.do.appeal')}</button><button type="button" @click=${(/** @type {Event} */ e) => act(e, f, { type: 'followup_exclude' })}>${t('follow.do.exclude')}</button><button type="button" class="main" @click=${(/** @type {Event} */ e) => act(e, f, { type: 'followup_close' })}>${t('follow.do.close')}</button></div></form>`;
}

/** Sends one step; what is missing is said by the hall. @param {Event} e @param {any} f @param {any} command */
async function act(e, f, command) {
  const form = /** @type {HTMLFormElement} */ (/** @type {HTMLElement} */ (e.target).closest('form'));
  const given = Object.fromEntries(new FormData(form));
  try {
    const answer = await fetch('/api/v1/commands', { method: 'POST', headers: { 'Content-Type': 'application/json', 'Accept-Language': language() }, body: JSON.stringify({ id: crypto.randomUUID(), followup: f.followup, ...given, ...command }) });
    const result = await answer.json();
    problem = result.ok ? '' : result.refusal?.say || t('desk.no_answer');
    if (result.ok) form.reset();
  } catch {
    problem = t('desk.no_answer');
  }
  refresh();
}

await loadTexts(pageLanguage(), 'zh-CN');
lockWhenIdle();
setInterval(refresh, EVERY);
refresh();
