// Clock times of the hall. They are always told in the hall's own time zone,
// whatever the screen is set to.

let zone = /** @type {string|undefined} */ (undefined);

/** Sets the time zone of all times; an unknown one is ignored. @param {string|undefined} name */
export function inZone(name) {
  if (!name || name === zone) return;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    zone = name;
  } catch {
    zone = undefined;
  }
}

const format = (/** @type {Date} */ at, /** @type {string} */ lang, /** @type {Intl.DateTimeFormatOptions} */ o) =>
  new Intl.DateTimeFormat(lang, { timeZone: zone, ...o }).format(at);

/** What a day such as "2026-11-23" is called, wherever its hall is. @param {string} day @param {string} lang */
export const dayNamed = (day, lang) => dayOf(new Date(`${day}T00:00:00Z`), lang, 'short', 'UTC');

/** 9:42 @param {Date|string|number} at */
export const clock = (at) => format(new Date(at), 'en-GB', { hour: 'numeric', minute: '2-digit' }).replace(/^0/, '');

/** 9:42:07 @param {Date|string|number} at */
export const clockSeconds = (at) => format(new Date(at), 'en-GB', { hour: 'numeric', minute: '2-digit', second: '2-digit' }).replace(/^0/, '');

/** 11月23日 星期一 @param {Date} at @param {string} lang @param {'long'|'short'} [weekday] @param {string} [timeZone] */
export function dayOf(at, lang, weekday = 'long', timeZone = zone) {
  if (lang === 'en') return format(at, 'en-GB', { timeZone, weekday: 'short', day: 'numeric', month: 'short' });
  return `${format(at, lang, { timeZone, month: 'long', day: 'numeric' })} ${format(at, lang, { timeZone, weekday })}`;
}

/** 03:21 @param {number} seconds */
export function stopwatch(seconds) {
  const s = Math.max(0, Math.round(seconds));
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return s < 3600 ? `${two(Math.floor(s / 60))}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** Seconds of a duration such as "1h3m20s". @param {string|undefined} d */
export function secondsOf(d) {
  const unit = /** @type {Record<string, number>} */ ({ h: 3600, m: 60, s: 1 });
  return [...(d || '').matchAll(/([\d.]+)([hms])/g)].reduce((sum, [, n, u]) => sum + Number(n) * unit[u], 0);
}
