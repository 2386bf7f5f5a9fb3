import { html } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { items, itemsOfEvent, lifeEvents } from '../lib/items.js';
import { chainClass, className, entryOf, first, minutes, serviceOf } from '../lib/names.js';
import { byPinyin, initials } from '../lib/pinyin.js';
import { nameOf, t } from '../lib/texts.js';
import { secondsOf } from '../lib/times.js';
import { head } from './kiosk-head.js';
import { eventName, helpServices } from './kiosk-home.js';

/** Services or items of a chain, a life event or a department. @param {any} kiosk */
export function serviceList(kiosk) {
  const { state } = kiosk.hall;
  const { kind, id } = kiosk.s.detail;
  const found = { chain: ofChain, event: ofEvent, department: ofDepartment }[/** @type {'chain'} */ (kind)](kiosk, state, id);
  return html`${head(kiosk, found.title, [t('kiosk.count', { n: found.rows.length }), priorityNote(kiosk)].filter(Boolean).join(' · '))}
<div class="two ${found.rail.length ? 'railed' : ''}">${rail(kiosk, found.rail)}<main class="list">${paged(kiosk, found.rows)}</main></div>`;
}

/** @param {any} kiosk */
function priorityNote(kiosk) {
  return kiosk.s.class === 'normal' ? '' : t('kiosk.as_class', { name: className(kiosk.hall.state, kiosk.s.class) });
}

/** @param {any} kiosk @param {any} state @param {string} id */
function ofChain(kiosk, state, id) {
  const chain = first(state.chains, (/** @type {any} */ c) => c.id === id);
  const services = chain && id !== 'X' ? state.services.filter((/** @type {any} */ s) => s.chain === id) : helpServices(state);
  return {
    title: chain ? nameOf(chain) : t('kiosk.help'),
    rows: [...flowRow(state, chain), ...services.map((/** @type {any} */ s) => serviceRow(state, s))],
    rail: state.chains.map((/** @type {any} */ c) => ({ name: nameOf(c), icon: c.icon || 'grid', cls: chainClass(c.id), on: c.id === id, detail: { kind: 'chain', id: c.id } })),
  };
}

/** The whole of a chain under one number, if it has a flow. @param {any} state @param {any} chain */
function flowRow(state, chain) {
  const { flow } = chain || {};
  if (!flow) return [];
  const note = t('journey.note', { n: flow.steps.length, limit: secondsOf(flow.limit) / 60 });
  return [{ name: nameOf(flow), note, tag: t('journey.one_number'), service: serviceOf(state, entryOf(flow).service), take: { chain: chain.id }, item: null }];
}

/** @param {any} kiosk @param {any} state @param {string} id */
function ofEvent(kiosk, state, id) {
  const all = lifeEvents();
  const event = all.find((e) => e.id === id) || all[0];
  return {
    title: eventName(event),
    rows: itemsOfEvent(event).map((i) => itemRow(state, i)),
    rail: all.map((e) => ({ name: eventName(e), icon: e.icon, on: e.id === id, detail: { kind: 'event', id: e.id } })),
  };
}

/** @param {any} kiosk @param {any} state @param {string} id */
function ofDepartment(kiosk, state, id) {
  const department = first(state.departments, (/** @type {any} */ d) => d.id === id);
  const mine = (/** @type {any} */ x) => x.department === id || x.department === department?.name;
  const services = state.services.filter(mine).map((/** @type {any} */ s) => serviceRow(state, s));
  return { title: nameOf(department), rows: [...services, ...items().filter(mine).map((i) => itemRow(state, i))], rail: [] };
}

/** @param {any} state @param {any} s */
export function serviceRow(state, s) {
  const department = first(state.departments, (/** @type {any} */ d) => d.id === s.department);
  return { name: nameOf(s), note: nameOf(department), tag: '', service: s, take: { service: s.id }, item: null };
}

/** @param {any} state @param {any} i */
export function itemRow(state, i) {
  const department = first(state.departments, (/** @type {any} */ d) => d.id === i.department);
  return { name: nameOf(i), note: nameOf(department) || i.department, tag: promise(i), service: serviceOf(state, i.service), take: { item: i.code }, item: i };
}

/** How fast an item is promised. @param {any} i */
export function promise(i) {
  if (i.promise_days === undefined || i.promise_days === null) return '';
  return i.promise_days === 0 || /即办/.test(i.type || '') ? t('item.at_once') : t('item.days', { n: i.promise_days });
}

/** @param {any} kiosk @param {any[]} list */
const rail = (kiosk, list) => (list.length ? html`<nav class="rail" aria-label=${t('kiosk.groups')}>${list.map((r) => html`<button aria-current=${String(r.on)} @click=${() => kiosk.go('list', r.detail)}>${icon(r.icon)}<span>${r.name}</span></button>`)}</nav>` : '');

/**
 * The part of a list that fits on the screen, and the way to the rest.
 * @param {any} kiosk @param {any[]} list @param {number} size
 */
function onePage(kiosk, list, size) {
  const pages = Math.max(1, Math.ceil(list.length / size));
  const page = Math.min(kiosk.s.page, pages - 1);
  const turn = (/** @type {number} */ by) => () => { kiosk.s.page = page + by; kiosk.draw(); };
  const pager = pages === 1 ? '' : html`<div class="pager"><button ?disabled=${page === 0} @click=${turn(-1)}>${icon('back')}${t('previous')}</button><span class="num">${page + 1} / ${pages}</span><button ?disabled=${page >= pages - 1} @click=${turn(1)}>${t('following')}${icon('next')}</button></div>`;
  return { shown: list.slice(page * size, (page + 1) * size), pager };
}

/** Rows of services or items, as many as fit. @param {any} kiosk @param {any[]} rows @param {number} [size] */
export function paged(kiosk, rows, size = kiosk.s.big || kiosk.s.low ? 5 : 8) {
  const { shown, pager } = onePage(kiosk, rows, size);
  return html`${shown.length ? shown.map((r) => row(kiosk, r)) : html`<p class="none">${t('kiosk.nothing')}</p>`}${pager}`;
}

/** @param {any} kiosk @param {any} r */
const row = (kiosk, r) => html`<div class="svcrow"><button class="svc" ?disabled=${!r.service || kiosk.hall.state.open === false} @click=${() => kiosk.take(r.take)}>
<span class="l"><b>${r.name}</b><small>${r.tag ? html`<span class="tag">${r.tag}</span>` : ''}${r.note}</small></span>${load(r.service)}</button>
${r.item ? html`<button class="info" aria-label="${t('kiosk.sheet')} ${r.name}" @click=${() => { kiosk.s.sheet = r; kiosk.draw(); }}>${icon('info')}<span>${t('kiosk.sheet')}</span></button>` : ''}</div>`;

/** How long it takes today. @param {any} s */
function load(s) {
  if (!s) return html`<span class="w shut"><b>${t('service.closed')}</b></span>`;
  if (s.open === false) return html`<span class="w shut">${s.waiting ? t('service.waiting', { n: s.waiting }) : ''}<b>${t('service.no_window')}</b></span>`;
  if (!s.waiting) return html`<span class="w z">${t('now')}<b>${t('kiosk.no_wait')}</b></span>`;
  const m = minutes(s.forecast);
  return html`<span class="w">${t('ahead')} <b class="num">${s.waiting}</b>${[t('people'), m && t('about_minutes', { n: m })].filter(Boolean).join(' · ')}</span>`;
}

const GROUPS = ['A–C', 'D–F', 'G', 'H–J', 'K–M', 'N–R', 'S', 'T–W', 'X–Z'];

/** All departments in the order of their sound. @param {any} kiosk */
export function departments(kiosk) {
  const chosen = kiosk.s.detail.letters || '';
  const all = kiosk.hall.state.departments.map((/** @type {any} */ d) => ({ d, letter: initials(d.name)[0] || '' }));
  const shown = all.filter((/** @type {any} */ x) => !chosen || (x.letter >= chosen[0] && x.letter <= chosen[chosen.length - 1]));
  shown.sort((/** @type {any} */ a, /** @type {any} */ b) => byPinyin(a.d.name, b.d.name));
  const letters = (/** @type {string} */ g) => () => { kiosk.s.detail = { letters: g }; kiosk.s.page = 0; kiosk.draw(); };
  const { big, low } = kiosk.s;
  const page = onePage(kiosk, shown, big && low ? 10 : big ? 20 : low ? 18 : 36);
  return html`${head(kiosk, t('kiosk.by_department'), t('kiosk.departments_note', { n: all.length, items: items().length }))}
<div class="az" role="group" aria-label=${t('kiosk.letters')}>${['', ...GROUPS].map((g) => html`<button aria-pressed=${String(g === chosen)} @click=${letters(g)}>${g || t('all')}</button>`)}</div>
<main class="dg">${page.shown.map((/** @type {any} */ x) => html`<button @click=${() => kiosk.go('list', { kind: 'department', id: x.d.id })}><i aria-hidden="true">${x.letter}</i>${nameOf(x.d)}</button>`)}</main>${page.pager}`;
}
