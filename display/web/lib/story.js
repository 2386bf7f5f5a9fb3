// What became of a ticket, told from its own records: sentences for the list,
// stretches and points for the lanes.
import { t } from './texts.js';
import { clock, stopwatch } from './times.js';

const ICONS = /** @type {Record<string, string>} */ ({
  'ticket.issued': 'printer', 'ticket.printed': 'check', 'ticket.print_failed': 'warn', 'ticket.print_unknown': 'help', 'ticket.reprinted': 'printer',
  'ticket.called': 'bell', 'ticket.recalled': 'recall', 'ticket.arrived': 'user', 'ticket.done': 'check', 'ticket.no_show': 'skip', 'ticket.held': 'pause',
  'ticket.resumed': 'play', 'ticket.transferred': 'move', 'rating.given': 'star', 'rating.late': 'star', 'followup.opened': 'warn',
});

const BAD = ['ticket.print_failed', 'ticket.no_show', 'ticket.expired', 'ticket.cancelled', 'ticket.voided', 'followup.opened', 'rating.refused'];

// Told with another record, or of no interest to whoever reads a course.
const SILENT = ['forecast.given', 'journey.forecast', 'rating.invited'];

/**
 * The list of what happened. @param {any} ticket @param {{service: (id: string) => string, kiosk: (id: string) => string}} names
 * @returns {{seq: number, at: number, icon: string, title: string, detail: string, mood: string, event: string}[]}
 */
export function story(ticket, names) {
  return ticket.events.filter((/** @type {any} */ e) => !SILENT.includes(e.event)).map((/** @type {any} */ e) => ({
    seq: e.seq, at: Date.parse(e.at), event: e.event, icon: ICONS[e.event] || 'info', title: title(e, names), detail: detail(e, ticket, names), mood: mood(e, ticket),
  }));
}

/** @param {any} e @param {any} names */
function title(e, names) {
  const d = e.data;
  const key = `trail.event.${e.event}`;
  const said = t(key, { window: d.window || '', kiosk: names.kiosk(d.kiosk || ''), service: names.service(d.service || ''), level: d.level ? t(`rating.${d.level}`) : '', to: d.to_window ? t('window_no', { n: d.to_window }) : names.service(d.to_service || d.service || '') });
  return said === key ? e.event : said;
}

/** @param {any} e @param {any} ticket @param {any} names */
function detail(e, ticket, names) {
  const d = e.data;
  switch (e.event) {
    case 'ticket.issued': return issued(d, ticket, names);
    case 'ticket.called': {
      const wait = waited(ticket, e);
      return wait > 0 ? t('trail.waited', { time: stopwatch(wait / 1000) }) : '';
    }
    case 'ticket.arrived': return d.staff ? t('rate.staff', { staff: d.staff }) : '';
    case 'ticket.done': {
      const leg = ticket.legs.find((/** @type {any} */ l) => l.leg === d.leg);
      return leg?.started ? t('trail.served', { time: stopwatch((Date.parse(e.at) - Date.parse(leg.started)) / 1000) }) : '';
    }
    case 'rating.given': case 'rating.late': return [by(e.actor, names), ...(d.reasons || [])].join(' · ');
    default: return d.reason || d.why_text || '';
  }
}

/** Who did it, such as "keypad:kp-4". @param {string} actor @param {any} names */
function by(actor, names) {
  const [kind, id] = String(actor || '').split(':');
  if (kind === 'keypad') return `${t('trail.lane.keypad')} ${id}`;
  return kind === 'kiosk' ? names.kiosk(id) : actor;
}

/** @param {any} d @param {any} ticket @param {any} names */
function issued(d, ticket, names) {
  const f = (ticket.forecasts || []).find((/** @type {any} */ g) => !g.shadow);
  const parts = [names.service(d.service)];
  if (f) parts.push(t('trail.ahead', { n: f.ahead }));
  if (f?.high) parts.push(t('trail.promised', { low: f.low || 0, high: f.high }));
  return parts.join(' · ');
}

/** How long a call was waited for, in milliseconds. @param {any} ticket @param {any} e */
function waited(ticket, e) {
  const before = ticket.events.filter((/** @type {any} */ b) => b.seq < e.seq && b.data.leg === e.data.leg && ['ticket.issued', 'ticket.recovered', 'ticket.resumed'].includes(b.event)).pop();
  return before ? Date.parse(e.at) - Date.parse(before.at) : 0;
}

/** @param {any} e @param {any} ticket */
function mood(e, ticket) {
  if (BAD.includes(e.event) || (e.event.startsWith('rating.') && e.data.level <= 2)) return 'bad';
  if (e.event !== 'ticket.called') return '';
  const f = (ticket.forecasts || []).find((/** @type {any} */ g) => g.before && !g.shadow);
  return f && Date.parse(e.at) > Date.parse(f.before) ? 'warn' : '';
}

const PHASES = /** @type {Record<string, string>} */ ({
  'ticket.issued': 'wait', 'ticket.called': 'call', 'ticket.arrived': 'serve', 'ticket.held': 'hold', 'ticket.resumed': 'serve', 'ticket.recovered': 'wait',
  'ticket.no_show': 'miss', 'ticket.transferred': 'wait', 'ticket.done': '', 'ticket.cancelled': '', 'ticket.expired': '', 'ticket.voided': '',
});

/** The ticket's stretches, one after the other. @param {any} ticket @param {number} end */
export function stretches(ticket, end) {
  /** @type {{phase: string, from: number, to: number}[]} */
  const all = [];
  for (const e of ticket.events) {
    if (!(e.event in PHASES)) continue;
    const at = Date.parse(e.at);
    const last = all[all.length - 1];
    if (last && last.to === end) last.to = at;
    if (PHASES[e.event]) all.push({ phase: PHASES[e.event], from: at, to: end });
  }
  return all;
}

/** Calls and recalls, numbered. @param {any} ticket */
export const calls = (ticket) => ticket.events.filter((/** @type {any} */ e) => e.event === 'ticket.called' || e.event === 'ticket.recalled').map((/** @type {any} */ e, /** @type {number} */ i) => ({ at: Date.parse(e.at), n: i + 1, label: `${clock(e.at)} ${t(`trail.event.${e.event}`, { window: e.data.window || '' })}` }));

/** Presses of keypads. @param {any} ticket */
export const ratings = (ticket) => ticket.events.filter((/** @type {any} */ e) => e.event.startsWith('rating.') && e.data.level).map((/** @type {any} */ e) => ({ at: Date.parse(e.at), n: e.data.level, bad: e.data.level <= 2, label: `${clock(e.at)} ${t(`rating.${e.data.level}`)}` }));

/** The recorded times of all clips, without their gaps. @param {any[]} clips */
export function recorded(clips) {
  return clips.flatMap((c) => c.films.flatMap((/** @type {any} */ f) => {
    const cuts = [{ to: f.from }, ...f.gaps, { from: f.to }];
    return cuts.slice(1).map((g, i) => ({ from: Date.parse(/** @type {any} */ (cuts[i]).to), to: Date.parse(/** @type {any} */ (g).from), clip: c }));
  }));
}
