// How things of the hall are called on the pages.
import { language, nameOf, t } from './texts.js';
import { clock } from './times.js';

/** The colour class of a chain; unknown chains are grey. @param {string} id */
export const chainClass = (id) => ({ M: 'cm', Q: 'cq', T: 'ct', Z: 'cz' }[id] || 'cx');

/** 01 to 09 for tiles that stand in a row. @param {string} id */
export const pad2 = (id) => (/^\d$/.test(id) ? `0${id}` : id);

/** @template T @param {T[]|undefined} list @param {(x: T) => boolean} f @returns {T|undefined} */
export const first = (list, f) => (list || []).find(f);

/** @param {any} state @param {string} id */
export const serviceOf = (state, id) => first(state.services, (/** @type {any} */ s) => s.id === id);

/** @param {any} state @param {string} id */
export const windowOf = (state, id) => first(state.windows, (/** @type {any} */ w) => w.id === id);

/** The chain of a service, or what stands in for it. @param {any} state @param {any} service */
export const chainOf = (state, service) => first(state.chains, (/** @type {any} */ c) => c.id === service?.chain) || { id: 'X', name: '' };

/** The step of a flow for which the number is taken. @param {any} flow */
export const entryOf = (flow) => first(flow.steps, (/** @type {any} */ p) => p.mode !== 'paper' && !p.after?.length) || flow.steps[0];

/** The journey of a ticket, if it has one. @param {any} state @param {string} ticket */
export const journeyOf = (state, ticket) => first(state.journeys, (/** @type {any} */ j) => j.ticket === ticket);

/** How a step is called here. @param {any} state @param {any} journey @param {any} step */
export function stepName(state, journey, step) {
  const { flow } = first(state.chains, (/** @type {any} */ c) => c.id === journey.chain) || {};
  return nameOf(flow?.version === journey.version ? first(flow.steps, (/** @type {any} */ p) => p.id === step.id) || step : step);
}

/** 一层 A 区 @param {any} place */
export function placeOf(place) {
  if (!place) return '';
  const floor = place.floor ? t('place.floor', { n: floorName(String(place.floor)) }) : '';
  const area = place.area ? t('place.area', { n: String(place.area).replace(/[区區]$/, '') }) : '';
  return [floor, area].filter(Boolean).join(' ');
}

/** @param {string} floor */
function floorName(floor) {
  const n = floor.replace(/\s*[层層楼樓F]$/, '');
  const words = ['', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
  if (language() === 'en') return String(words.indexOf(n) > 0 ? words.indexOf(n) : n);
  return words[Number(n)] || n;
}

/** 9–16、20 @param {string[]|undefined} ids */
export function ranges(ids) {
  const numbers = (ids || []).filter((i) => /^\d+$/.test(i)).map(Number).sort((a, b) => a - b);
  const parts = (ids || []).filter((i) => !/^\d+$/.test(i));
  for (let i = 0; i < numbers.length;) {
    let j = i;
    while (j + 1 < numbers.length && numbers[j + 1] === numbers[j] + 1) j++;
    parts.push(j === i ? String(numbers[i]) : `${numbers[i]}${j === i + 1 ? t('list.comma') : '–'}${numbers[j]}`);
    i = j + 1;
  }
  return parts.join(t('list.comma'));
}

/** 5–12, or one number, or nothing while nobody can tell. @param {any} forecast */
export function minutes(forecast) {
  if (!forecast || forecast.high === undefined || forecast.high === null) return '';
  const low = Math.max(0, Math.round(forecast.low ?? forecast.high));
  const high = Math.max(1, Math.round(forecast.high));
  return low >= high ? String(high) : `${low}–${high}`;
}

/** The clock time before which the call comes nine times in ten, or nothing while nobody can tell. @param {any} forecast */
export const before = (forecast) => (forecast?.before ? clock(forecast.before) : '');

/** What a chain's services add up to: people waiting and the usual span of waits, "5–10" minutes. @param {any} state @param {string} chain */
export function chainLoad(state, chain) {
  let waiting = 0;
  let weight = 0;
  let low = 0;
  let high = 0;
  for (const s of state.services || []) {
    if (s.chain !== chain) continue;
    waiting += s.waiting || 0;
    if (!minutes(s.forecast)) continue;
    const w = 1 + (s.waiting || 0);
    weight += w;
    low += w * (s.forecast.low ?? s.forecast.high);
    high += w * s.forecast.high;
  }
  return { waiting, minutes: weight ? minutes({ low: 5 * Math.floor(low / weight / 5), high: 5 * Math.ceil(high / weight / 5) }) : '' };
}

/** The word for a state of a window, device or ticket. @param {string} kind @param {string} state */
export const stateWord = (kind, state) => t(`${kind}.${state}`);

/** The name of a class as shown to people. @param {any} state @param {string} id */
export const className = (state, id) => nameOf(first(state.classes, (/** @type {any} */ c) => c.id === id)) || id;
