// A citizen's own ticket on a phone. It asks every five seconds: a phone that
// sleeps must not keep a feed open.
import { html, render } from '../vendor/lit.js';
import { own } from '../lib/page.js';
import { arm, ring } from '../lib/chime.js';
import { face, LEVELS } from '../lib/faces.js';
import { icon } from '../lib/icons.js';
import { ridges } from '../lib/ridges.js';
import { before, minutes } from '../lib/names.js';
import { language, loadTexts, nameOf, pageLanguage, t } from '../lib/texts.js';
import { clock, clockSeconds, dayNamed, inZone, secondsOf } from '../lib/times.js';

const EVERY = 5000;
const HILLS = ridges(480, 160, 3, '#0a5a5e', 3);
const app = /** @type {HTMLElement} */ (document.getElementById('app'));
/** @type {any} */
let ticket = null;
let problem = '';
let fetched = 0;
/** Whether the citizen wants to be called by the telephone, and the call that it has rung for. */
let armed = false;
let rung = '';
/** The level that was sent; 0 for none. */
let sent = 0;
/** The level that waits for its reasons; 0 for none. */
let level = 0;
/** @type {Set<string>} */
const chosen = new Set();

async function refresh() {
  if (document.hidden && !armed) return;
  try {
    const answer = await fetch(`/api/v1/tickets/by-token/${encodeURIComponent(own)}`, { cache: 'no-store' });
    if (answer.status === 404) problem = t('mine.unknown');
    else if (!answer.ok) throw new Error(String(answer.status));
    else {
      ticket = await answer.json();
      inZone(ticket.timezone);
      problem = '';
      fetched = Date.now();
      call();
    }
  } catch {
    problem = fetched ? t('feed.stale', { at: clockSeconds(fetched) }) : t('kiosk.no_answer');
  }
  draw();
}

/** Whether the citizen is wanted at a window now. */
const called = () => ticket.state === 'called' || ticket.state === 'calling';

/** Rings once for each call: the same number may be called at a second window. */
function call() {
  const now = called() ? `${ticket.ticket}@${ticket.window}` : '';
  if (armed && now && now !== rung) ring();
  if (armed || !now) rung = now;
}

function draw() {
  render(html`<main style="background-image:${HILLS}">${problem ? html`<p class="problem" role="alert">${icon('warn')}${problem}</p>` : ''}${ticket ? card() : ''}</main>`, app);
}

function card() {
  const m = minutes(ticket.forecast);
  const by = before(ticket.forecast);
  document.title = `${ticket.ticket} · ${t(`progress.${ticket.state === 'called' ? 'calling' : ticket.state}`)}`;
  return html`<section class=${called() ? 'card called' : 'card'} role="status"><p class="day">${dayNamed(ticket.day, language())}</p><h1 class="num">${ticket.ticket}</h1><p class="svc">${nameOf({ name: ticket.service_name, names: ticket.service_names })}</p>
<p class="state">${t(`progress.${ticket.state === 'called' ? 'calling' : ticket.state}`)}</p>${ticket.window && (called() || ticket.state === 'serving') ? html`<p class="win num">${t('window_no', { n: ticket.window })}</p>` : ''}
${ticket.state === 'waiting' ? html`<div class="facts"><div>${t('done.ahead')}<b class="num">${t('n_people', { n: ticket.ahead ?? 0 })}</b></div><div>${t('done.wait')}<b class="num">${m ? t('n_minutes', { n: m }) : t('done.unknown_wait')}</b>${by ? html`<small>${t('done.before', { at: by })}</small>` : ''}</div></div>` : ''}
${ticket.where && ticket.state !== 'serving' && !called() && !over() ? html`<p class="where">${t('mine.where', { place: ticket.wheres?.[language()] || ticket.where })}</p>` : ''}</section>${bell()}${rating()}${ticket.journey ? course(ticket.journey) : ''}${over() ? '' : html`<p class="note">${t('wall.missed')}</p>`}<p class="note">${t('mine.fresh', { at: clockSeconds(fetched) })}</p><p class="note"><a class="proof" href=${`/api/v1/t/${encodeURIComponent(own)}/proof`} download>${t('mine.proof')}</a><br>${t('mine.proof_why')}</p>`;
}

/** Whether the citizen has nowhere to go any more. */
const over = () => ['done', 'cancelled', 'expired', 'void'].includes(ticket.state);

/** Offers to call by the telephone while there is somebody to call. */
function bell() {
  if (over() || ticket.state === 'serving') return '';
  if (armed) return html`<p class="bell on" role="status">${icon('bell')}${t('mine.bell_on')}</p>`;
  return html`<button class="bell" @click=${() => { armed = arm(); call(); draw(); }}>${icon('bell')}${t('mine.bell')}</button>`;
}

/** The faces, while the ticket's newest service can be rated; then the thanks. */
function rating() {
  const r = ticket.rating;
  if (!r || (!r.open && !r.level)) return '';
  if (!r.open || sent) return html`<section class="card rate" role="status"><h2>${t('rate.thanks')}</h2><p>${t(`rating.${r.level || sent}`)}</p></section>`;
  if (level) return why(r.standard);
  return html`<section class="card rate"><h2>${t('rate.please')}</h2><p>${t('rate.secret')}</p><div class="faces" role="group" aria-label=${t('rate.please')}>${LEVELS.map((l) => html`<button style="--k:${l.ink}" @click=${() => touch(l.level)}>${face(l.mouth, l.ink)}<span>${t(`rating.${l.level}`)}</span></button>`)}</div></section>`;
}

/** The reasons that are asked for: behind the two bad levels. @param {any} standard @param {number} n @returns {any[]} */
const offered = (standard, n) => (n <= 2 && standard.levels.find((/** @type {any} */ l) => l.level === n)?.reasons) || [];

/** What went wrong; none need be said. @param {any} standard */
const why = (standard) => html`<section class="card rate"><h2>${t('rate.why')}</h2><p>${t('rate.why_hint')}</p><div class="reasons" role="group" aria-label=${t('rate.why')}>${offered(standard, level).map((r) => html`<button aria-pressed=${chosen.has(r.code)} @click=${() => choose(r.code)}>${nameOf(r)}</button>`)}</div><div class="send"><button @click=${() => { chosen.clear(); rate(); }}>${t('rate.skip')}</button><button class="main" @click=${rate}>${t('rate.send')}</button></div></section>`;

/** @param {string} code */
function choose(code) {
  if (!chosen.delete(code)) chosen.add(code);
  draw();
}

/** A finger on a level; where the hall asks for reasons, they come first. @param {number} n */
function touch(n) {
  level = n;
  if (offered(ticket.rating.standard, n).length) draw();
  else rate();
}

/** One rating; the hall counts the first. */
async function rate() {
  sent = level;
  draw();
  try {
    const answer = await fetch('/api/v1/commands', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ id: `rate-${own}-${level}-${[...chosen].join('-')}`, type: 'rate', token: own, level, reasons: [...chosen], lang: language() }) });
    const told = await answer.json();
    if (!told.ok) throw new Error(told.refusal?.say);
    if (told.result.r === 'refused') {
      sent = level = 0;
      problem = told.result.say;
      return draw();
    }
  } catch {
    sent = level = 0;
    problem = t('rate.lost');
    return draw();
  }
  refresh();
}

/** Where the chain of the ticket stands. @param {any} j */
function course(j) {
  const mark = (/** @type {any} */ p) => (p.id === j.next?.step ? 'on' : ['done', 'skipped', 'withdrawn'].includes(p.state) ? 'd' : '');
  const paper = (/** @type {any} */ p) => (p.mode === 'paper' ? html` <small>${t('journey.paper')}</small>` : '');
  const minutes = Math.ceil(secondsOf(j.next?.walk) / 60);
  return html`<section class="card course"><h2>${nameOf({ name: j.name, names: ticket.journey_names?.names })}</h2><ol>${j.steps.map((/** @type {any} */ p) => html`<li class=${mark(p)} aria-current=${mark(p) === 'on' ? 'step' : 'false'}>${nameOf({ name: p.name, names: ticket.journey_names?.steps?.[p.id] })}${paper(p)}</li>`)}</ol>
${minutes && ['waiting', 'blocked'].includes(ticket.state) ? html`<p>${t('journey.walk', { n: minutes })}</p>` : ''}${j.finish && j.state !== 'done' ? html`<p>${t('journey.until', { at: clock(j.finish) })}</p>` : ''}</section>`;
}

start();

/** Starts once the words are there. */
async function start() {
  await loadTexts(pageLanguage(), 'zh-CN');
  setInterval(refresh, EVERY);
  document.addEventListener('visibilitychange', refresh);
  refresh();
}
