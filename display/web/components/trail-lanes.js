// The four lanes of a ticket on one time axis: ticket, calls, keypad, footage.
// The playhead is a slider over all of them, so that keys move it too.
import { html } from '../vendor/lit.js';
import { calls, ratings, recorded, stretches } from '../lib/story.js';
import { t } from '../lib/texts.js';
import { clock, clockSeconds, stopwatch } from '../lib/times.js';

/** From when to when the lanes go. @param {any} ticket */
export function axis(ticket) {
  const events = ticket.events.map((/** @type {any} */ e) => Date.parse(e.at));
  const clips = ticket.clips.flatMap((/** @type {any} */ c) => [Date.parse(c.from), Date.parse(c.to)]);
  const from = Math.min(...events, ...clips);
  const to = Math.max(...events, ...clips, from + 60e3);
  const room = Math.round((to - from) / 60e3) * 1e3; // so that what is at an end is seen whole
  return { from: from - room, to: to + room };
}

/** @param {{ticket: any, at: number, move: (at: number) => void}} o */
export function lanes({ ticket, at, move }) {
  const { from, to } = axis(ticket);
  const place = (/** @type {number} */ when) => `${(100 * (when - from)) / (to - from)}%`;
  const span = (/** @type {{from: number, to: number}} */ s) => `left:${place(s.from)};width:${(100 * (s.to - s.from)) / (to - from)}%`;
  return html`<section class="lanes" aria-label=${t('trail.lanes')}>
<span>${t('trail.lane.ticket')}</span><div class="ln">${stretches(ticket, to).map((s) => html`<div class="sg ${s.phase}" style=${span(s)} title=${phase(s)}><span>${phase(s)}</span></div>`)}</div>
<span>${t('trail.lane.calls')}</span><div class="ln">${calls(ticket).map((/** @type {any} */ p) => html`<i class="pt num" style="left:${place(p.at)}" title=${p.label}>${p.n}</i>`)}</div>
<span>${t('trail.lane.keypad')}</span><div class="ln">${ratings(ticket).map((/** @type {any} */ p) => html`<i class="pt num ${p.bad ? 'bad' : ''}" style="left:${place(p.at)}" title=${p.label}>${p.n}</i>`)}</div>
<span>${t('trail.lane.footage')}</span><div class="ln">${ticket.clips.filter((/** @type {any} */ c) => c.state !== 'not_recorded').map((/** @type {any} */ c) => html`<div class="sg want" style=${span({ from: Date.parse(c.from), to: Date.parse(c.to) })} title=${t(`trail.clip.${c.state}`)}></div>`)}${recorded(ticket.clips).map((s) => html`<div class="sg film" style=${span(s)}></div>`)}</div>
<span></span><div class="ax num" aria-hidden="true">${ticks(from, to).map((when) => html`<span style="left:${place(when)}">${clock(when)}</span>`)}</div>
<div class="track"><div class="ph" style="left:${place(at)}"></div><input type="range" min=${from} max=${to} step="1000" .value=${String(at)} aria-label=${t('trail.playhead')} aria-valuetext=${clockSeconds(at)}
@input=${(/** @type {Event} */ e) => move(Number(/** @type {HTMLInputElement} */ (e.target).value))}></div></section>`;
}

/** @param {{phase: string, from: number, to: number}} s */
const phase = (s) => t(`trail.phase.${s.phase}`, { time: stopwatch((s.to - s.from) / 1000) });

const STEPS = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200].map((s) => s * 1000);

/** Round times along the axis, not more than seven. @param {number} from @param {number} to */
function ticks(from, to) {
  const step = STEPS.find((s) => (to - from) / s <= 6) || STEPS[STEPS.length - 1];
  const all = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) all.push(at);
  return all;
}
