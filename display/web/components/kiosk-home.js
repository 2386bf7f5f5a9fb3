import { html } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { lifeEvents } from '../lib/items.js';
import { chainClass, chainLoad, minutes } from '../lib/names.js';
import { ridges } from '../lib/ridges.js';
import { language, nameOf, t } from '../lib/texts.js';
import { clock, dayOf } from '../lib/times.js';

const HILLS = ridges(1080, 300, 4, '#0a5a5e', 11);
const HELP = 'X'; // what belongs to no chain: general advice, which has its own button

/** The first screen. @param {any} kiosk */
export function home(kiosk) {
  const { state } = kiosk.hall;
  return html`<header class="top" style="background-image:${HILLS}">${brand(kiosk)}
<div class="hello"><h1>${t('kiosk.hello')}</h1><p>${t('kiosk.hint')}</p></div></header>
<main class="home ${lifeEvents().length ? '' : 'plain'}"><div class="fast">
<button @click=${() => kiosk.go('find')}>${icon('search')}<span><b>${t('kiosk.find')}</b><span>${t('kiosk.find_hint')}</span></span></button>
<button @click=${() => kiosk.go('progress')}>${icon('clock')}<span><b>${t('kiosk.progress')}</b><span>${t('kiosk.progress_hint')}</span></span></button></div>
${cards(kiosk, state)}${events(kiosk)}${more(kiosk, state)}</main>`;
}

/** The hall's name in two languages and the clock. @param {any} kiosk */
function brand(kiosk) {
  const { hall } = kiosk.hall.state;
  const other = language() === 'en' ? hall.name : hall.names?.en || '';
  const now = kiosk.hall.now();
  return html`<div class="brand"><b>${nameOf(hall)}<small>${other === nameOf(hall) ? '' : other}</small></b>
<div class="clock num"><b>${clock(now)}</b>${dayOf(now, language())}</div></div>`;
}

/** The big cards: the chains, or the services of a hall that has few chains. @param {any} kiosk @param {any} state */
function cards(kiosk, state) {
  const chains = state.chains.filter((/** @type {any} */ c) => c.id !== HELP);
  const list = chains.length > 1 ? chains.map((/** @type {any} */ c) => chainCard(kiosk, state, c)) : state.services.slice(0, 6).map((/** @type {any} */ s) => serviceCard(kiosk, s));
  return html`<div class="chains ${list.length > 4 ? 'many' : ''}" data-count=${list.length}>${list}</div>`;
}

/** @param {any} kiosk @param {any} state @param {any} chain */
function chainCard(kiosk, state, chain) {
  const load = chainLoad(state, chain.id);
  const second = language() === 'en' ? '' : chain.names?.en || '';
  return card({
    cls: chainClass(chain.id), sign: chain.icon || 'grid', name: nameOf(chain), second,
    example: exampleOf(chain), waiting: load.waiting, minutes: load.minutes || '',
    tap: () => kiosk.go('list', { kind: 'chain', id: chain.id }),
  });
}

/** @param {any} chain */
function exampleOf(chain) {
  const key = `chain.example.${chain.id}`;
  const own = t(key);
  return language() === 'zh-CN' || own === key ? chain.example || '' : own;
}

/** @param {any} kiosk @param {any} s */
function serviceCard(kiosk, s) {
  return card({
    cls: chainClass(s.chain), sign: s.icon || 'user', name: nameOf(s), second: language() === 'en' ? '' : s.names?.en || '',
    example: '', waiting: s.waiting, minutes: minutes(s.forecast), tap: () => kiosk.take({ service: s.id }), svc: true, shut: kiosk.hall.state.open === false,
  });
}

/** @param {any} c */
const card = (c) => html`<button class="chain ${c.cls} ${c.svc ? 'svc1' : ''}" ?disabled=${c.shut} @click=${c.tap}>
<span class="h"><span class="i">${icon(c.sign)}</span><span><b>${c.name}</b><small>${c.second}</small></span></span>
<p>${String(c.example).split(/ · |、/).filter(Boolean).map((x) => html`<span>${x}</span>\u200b`)}</p>
<span class="meta"><span>${t('waiting')} <b class="num">${c.waiting}</b> ${t('people')}</span>${c.minutes ? html`<span>${t('about')} <b class="num">${c.minutes}</b> ${t('minutes')}</span>` : ''}<span class="go">${icon('next')}</span></span></button>`;

/** @param {any} kiosk */
function events(kiosk) {
  const list = lifeEvents();
  if (!list.length) return '';
  return html`<div class="ev"><h2>${t('kiosk.events')}</h2><div class="evs">${list.map((e) => html`<button
    @click=${() => kiosk.go('list', { kind: 'event', id: e.id })}>${icon(e.icon)}${eventName(e)}</button>`)}</div></div>`;
}

/** The name of a life event in the language of the page. @param {any} e */
export const eventName = (e) => (e.key ? t(e.key) : e.name);

/** The services that belong to no chain, such as advice. @param {any} state */
export const helpServices = (state) => state.services.filter((/** @type {any} */ s) => !s.chain || s.chain === HELP);

/** @param {any} kiosk @param {any} state */
function more(kiosk, state) {
  const help = helpServices(state);
  const priority = state.classes.filter((/** @type {any} */ c) => c.id !== 'normal');
  return html`<div class="more">${state.departments.length ? html`<button @click=${() => kiosk.go('depts')}>${icon('grid')}${t('kiosk.departments', { n: state.departments.length })}</button>` : ''}
${priority.length ? html`<button class="pri" aria-pressed=${String(kiosk.s.class !== 'normal')} @click=${() => { kiosk.s.choosing = true; kiosk.draw(); }}>${icon(kiosk.s.class === 'normal' ? 'heart' : 'check')}${t('kiosk.priority')}</button>` : ''}
${help.length ? html`<button @click=${() => (help.length === 1 ? kiosk.take({ service: help[0].id }) : kiosk.go('list', { kind: 'chain', id: HELP }))}>${icon('help')}${t('kiosk.help')}</button>` : ''}</div>`;
}

