// What is known besides the course of a ticket: its rating, the facts, who
// looked at the footage and why, exports, and the evidence.
import { html } from '../vendor/lit.js';
import { address } from '../lib/footage.js';
import { icon } from '../lib/icons.js';
import { language, t } from '../lib/texts.js';
import { clock, clockSeconds, dayOf, stopwatch } from '../lib/times.js';

/** @param {{ticket: any, names: any, confirm: (look: any, form: HTMLFormElement) => void, keep: () => void, problem: string}} o */
export function aside(o) {
  return html`<aside aria-label=${t('trail.aside')}>${o.problem ? html`<p class="problem" role="alert">${o.problem}</p>` : ''}${rating(o.ticket)}${facts(o.ticket, o.names)}${footage(o)}${evidence(o.ticket)}</aside>`;
}

/** @param {any} ticket */
function rating(ticket) {
  const given = ticket.events.filter((/** @type {any} */ e) => e.event === 'rating.given').pop();
  const level = given?.data.level || 0;
  return html`<section class="card"><h2>${t('trail.rating')}</h2>${level ? html`<div class="stars ${level <= 2 ? 'bad' : ''}" role="img" aria-label=${t(`rating.${level}`)}>${[1, 2, 3, 4, 5].map((n) => html`<span class=${n <= level ? 'f' : ''}>${icon('star')}</span>`)}</div><p>${t(`rating.${level}`)}</p>` : html`<p class="quiet">${t('trail.unrated')}</p>`}
${(given?.data.reasons || []).length ? html`<div class="q">${given.data.reasons.join(t('trail.comma'))}</div>` : ''}${level && level <= 2 ? html`<a class="do" href="/followups">${t('follow.title')}</a>` : ''}</section>`;
}

/** @param {any} ticket @param {any} names */
function facts(ticket, names) {
  const leg = ticket.legs.find((/** @type {any} */ l) => l.called) || ticket.legs[0];
  const rows = [];
  const add = (/** @type {string} */ key, /** @type {unknown} */ value, mood = '') => rows.push(html`<dt>${t(key)}</dt><dd class=${mood}>${value}</dd>`);
  add('trail.fact.service', names.service(leg.service));
  if (leg.class && leg.class !== 'normal') add('trail.fact.class', names.class(leg.class));
  if (leg.called) waited(ticket, leg, add);
  const rung = ticket.events.filter((/** @type {any} */ e) => e.event === 'ticket.called' || e.event === 'ticket.recalled').length;
  if (rung) add('trail.fact.calls', t('trail.times', { n: rung }));
  const served = ticket.legs.filter((/** @type {any} */ l) => l.started && l.ended).reduce((/** @type {number} */ sum, /** @type {any} */ l) => sum + Date.parse(l.ended) - Date.parse(l.started), 0);
  if (served) add('trail.fact.served', stopwatch(served / 1000));
  add('trail.fact.slip', t(`trail.print.${ticket.print}`), ticket.print === 'printed' ? 'ok' : ticket.print === 'failed' ? 'wn' : '');
  return html`<section class="card"><h2>${t('trail.facts')}</h2><dl>${rows}</dl></section>`;
}

/** @param {any} ticket @param {any} leg @param {(key: string, value: unknown, mood?: string) => void} add */
function waited(ticket, leg, add) {
  const f = ticket.forecasts.find((/** @type {any} */ g) => g.before && !g.shadow);
  const late = f && Date.parse(leg.called) > Date.parse(f.before);
  add('trail.fact.waited', stopwatch((Date.parse(leg.called) - Date.parse(ticket.issued)) / 1000), late ? 'wn' : 'ok');
  if (f) add('trail.fact.promised', t('trail.by', { at: clock(f.before) }));
}

/** @param {{ticket: any, names: any, confirm: (look: any, form: HTMLFormElement) => void, keep: () => void}} o */
function footage({ ticket, names, confirm, keep }) {
  const looks = [...ticket.looks].reverse();
  const first = ticket.clips.find((/** @type {any} */ c) => c.films.length);
  return html`<section class="card aud"><h2>${icon('lock')} ${t('trail.looks')}</h2>${looks.length ? html`<ul>${looks.map((l) => one(l, ticket, confirm))}</ul>` : html`<p class="quiet">${t('trail.no_looks')}</p>`}
${first ? html`<p>${t('trail.kept', { days: first.keep_days, date: dayOf(new Date(first.kept_until), language(), 'short') })}${first.kept_why ? html` <b>${names.alert(first.kept_why)}</b>` : ''}</p><p>${t('trail.two')}</p><button class="do" @click=${keep}>${t('trail.keep')}</button>` : ''}</section>`;
}

/** @param {any} l @param {any} ticket @param {(look: any, form: HTMLFormElement) => void} confirm */
function one(l, ticket, confirm) {
  const open = l.purpose === 'export' && !l.second;
  return html`<li><b>${l.by}</b> <span class="num">${dayOf(new Date(l.at), language(), 'short')} ${clockSeconds(l.at)}</span><br>${t(`trail.purpose.${l.purpose}`)} · ${l.reason}${l.second ? html`<br>${t('trail.second', { by: l.second })}` : ''}
${open ? html`<form class="second" @submit=${(/** @type {SubmitEvent} */ e) => { e.preventDefault(); confirm(l, /** @type {HTMLFormElement} */ (e.target)); }}><label><span>${t('trail.second_badge')}</span><input name="by" required maxlength="20" autocomplete="off"></label><button>${t('trail.confirm')}</button></form>` : ''}
${l.purpose === 'export' && l.second ? html`<div class="files">${ticket.clips.filter((/** @type {any} */ c) => l.cameras.includes(c.camera)).flatMap((/** @type {any} */ c) => c.films.map((/** @type {any} */ f) => html`<a class="do" download href=${address(c, f, l)}>${icon('dl')}${c.name} ${clock(f.from)}</a>`))}</div>` : ''}</li>`;
}

/** @param {any} ticket */
function evidence(ticket) {
  const film = ticket.clips.flatMap((/** @type {any} */ c) => c.films.map((/** @type {any} */ f) => ({ ...f, offset: c.offset_ms })))[0];
  return html`<section class="card aud"><h2>${t('trail.evidence')}</h2><p>${t('trail.proof_note', { n: ticket.events.length })}</p><a class="do" download href="/api/v1/tickets/${ticket.day}/${encodeURIComponent(ticket.ticket)}/proof">${icon('dl')}${t('trail.proof')}</a>
${film ? html`<p>${t(`trail.clock.${film.clock}`, { error: seconds(film.error_ms), offset: seconds(film.offset || 0) })}</p>` : ''}<p>${t('trail.mask_note')}</p></section>`;
}

/** @param {number} ms */
const seconds = (ms) => (ms / 1000).toLocaleString(language(), { maximumFractionDigits: 2 });
