// Rating at the kiosk: the number of a slip, typed or scanned, whose service has
// ended. One service has one rating, wherever it is given.
import { html } from '../vendor/lit.js';
import { face, LEVELS } from '../lib/faces.js';
import { language, nameOf, t } from '../lib/texts.js';
import { head } from './kiosk-head.js';

/** The token in the address that the slip's code holds; a scanner types it. @param {string} typed */
const scanned = (typed) => /\/t\/([\w-]+)/.exec(typed)?.[1] || '';

/** A number that has been typed to its end; half of one is nobody's. */
const WHOLE = /^\p{L}*\d{3,}$/u;

/** What a booking's code looks like as it is typed. */
const BOOKING = /^[A-Z0-9-]{4,20}$/;

/** What names a ticket in a command. @param {any} d */
const named = (d) => (d.token ? { token: d.token } : { ticket: d.number });

/** Asks once for each number whether its service can be rated. @param {any} kiosk @param {string} typed */
async function look(kiosk, typed) {
  const session = kiosk.s;
  if (session.asked?.typed === typed) return;
  const asked = { typed, token: scanned(typed), number: typed.toUpperCase(), told: /** @type {any} */ (null), over: false };
  session.asked = asked;
  if (!asked.token && !WHOLE.test(asked.number)) {
    asked.over = true;
    return;
  }
  try {
    const answer = await fetch(`/api/v1/rating/${encodeURIComponent(asked.token || asked.number)}`, { cache: 'no-store' });
    if (answer.ok) asked.told = await answer.json();
  } catch { /* the page says by itself when the hall is silent */ }
  asked.over = true;
  if (kiosk.s === session && session.asked === asked) kiosk.draw();
}

/** The way to the faces, where the typed number can be rated. @param {any} kiosk @param {string} typed */
export function rateable(kiosk, typed) {
  look(kiosk, typed);
  const { told, token, number, over } = kiosk.s.asked;
  if (!told?.open) return html`<p>${t(told ? 'rate.closed' : 'progress.unknown')}</p>${over && !told && BOOKING.test(number) ? html`<button class="arrive" @click=${() => kiosk.checkIn(number)}>${t('kiosk.check_in')}</button>` : ''}`;
  return html`<p>${told.service_name}</p><b class="num">${told.ticket}</b><button class="rate" @click=${() => kiosk.go('rate', { ...told, token, number, level: 0, chosen: [] })}>${t('rate.here')}</button>`;
}

/** The five faces, then the reasons, then the thanks. @param {any} kiosk */
export function rate(kiosk) {
  const d = kiosk.s.detail;
  if (d.thanks) return html`${head(kiosk, t('rate.thanks'), d.ticket)}<main class="where" role="status"><b>✓</b><p>${t('rate.thanks_hint')}</p></main>`;
  const reasons = d.level ? offered(d, d.level) : [];
  const choose = (/** @type {string} */ code) => { d.chosen = d.chosen.includes(code) ? d.chosen.filter((/** @type {string} */ c) => c !== code) : [...d.chosen, code]; kiosk.draw(); };
  const content = d.level
    ? html`<div class="reasons" role="group" aria-label=${t('rate.why')}>${reasons.map((r) => html`<button aria-pressed=${d.chosen.includes(r.code)} @click=${() => choose(r.code)}>${nameOf(r)}</button>`)}</div><div class="send"><button @click=${() => { d.chosen = []; send(kiosk); }}>${t('rate.skip')}</button><button class="pr" @click=${() => send(kiosk)}>${t('rate.send')}</button></div>`
    : html`<div class="faces" role="group" aria-label=${t('rate.please')}>${LEVELS.map((l) => html`<button style="--k:${l.ink}" @click=${() => touch(kiosk, l.level)}>${face(l.mouth, l.ink)}<span>${t(`rating.${l.level}`)}</span></button>`)}</div>`;
  return html`${head(kiosk, t(d.level ? 'rate.why' : 'rate.please'), `${d.ticket} · ${d.service_name}`)}<main class="rating"><p>${t(d.level ? 'rate.why_hint' : 'rate.secret')}</p>${content}</main>`;
}

/** The reasons that are asked for: behind the two bad levels. @param {any} d @param {number} level @returns {any[]} */
const offered = (d, level) => (level <= 2 && d.standard.levels.find((/** @type {any} */ l) => l.level === level)?.reasons) || [];

/** @param {any} kiosk @param {number} level */
function touch(kiosk, level) {
  const d = kiosk.s.detail;
  d.level = level;
  if (offered(d, level).length) kiosk.draw();
  else send(kiosk);
}

/** @param {any} kiosk */
async function send(kiosk) {
  const session = kiosk.s;
  if (session.busy) return;
  const d = session.detail;
  session.busy = true;
  try {
    const told = await kiosk.hall.command({ type: 'rate', ...named(d), kiosk: kiosk.id, level: d.level, reasons: d.chosen, lang: language() }, session.takeId);
    if (told.r === 'ok') d.thanks = true;
    else session.problem = told.say || t('rate.closed');
  } catch (e) {
    session.problem = /** @type {any} */ (e).say || t('kiosk.no_answer');
  }
  session.busy = false;
  kiosk.draw();
}
