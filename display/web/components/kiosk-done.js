import { html } from '../vendor/lit.js';
import { items } from '../lib/items.js';
import { before, chainOf, entryOf, first, minutes, placeOf, ranges, serviceOf } from '../lib/names.js';
import { nameOf, t } from '../lib/texts.js';
import { clock } from '../lib/times.js';
import { floorMap } from './kiosk-map.js';

/** The ticket is taken: the number, what comes next, and what became of the paper. @param {any} kiosk */
export function done(kiosk) {
  const { state } = kiosk.hall;
  const { taken } = kiosk.s;
  const item = taken.item ? items().find((i) => i.code === taken.item) : null;
  const { flow } = first(state.chains, (/** @type {any} */ c) => c.id === taken.chain) || {};
  const service = serviceOf(state, (flow && entryOf(flow).service) || taken.service || item?.service) || {};
  const failed = taken.print === 'failed';
  return html`<header class="head2 high"><h1>${t(failed ? 'done.no_paper' : 'done.title')}<small>${t(`done.${taken.print}`)}</small></h1><div class="clock num"><b>${clock(kiosk.hall.now())}</b></div></header>
<main class="okk ${failed ? 'failed' : ''}"><div class="number"><p class="what">${[nameOf(chainOf(state, service)), (flow && nameOf(flow)) || item?.name || nameOf(service)].filter(Boolean).join(' · ')}</p>
<div class="n num">${taken.ticket}</div>${paper(taken)}${elsewhere(state, kiosk.id, taken)}</div><div class="next">${facts(taken, service)}
${failed ? html`<p class="told" role="status">${t('done.told')}</p>` : ''}${flow ? course(service, flow) : steps(service, item)}${kiosk.s.big || failed ? '' : floorMap(state, kiosk.id, service)}</div>
${buttons(kiosk, taken)}</main>`;
}

/** What can be seen of the slip. @param {any} taken */
function paper(taken) {
  if (taken.print === 'failed' || taken.print === 'kept') {
    return html`<div class="code"><img src="/t/${taken.token}/qr.svg" alt=${t('done.code')}><p>${t('done.code_hint')}</p></div>`;
  }
  return taken.print === 'none' ? '' : html`<div class="slip" aria-hidden="true"><div class="num">${taken.ticket}</div></div>`;
}

/** Where the slip comes out, when that is not here. @param {any} state @param {string} id @param {any} taken */
function elsewhere(state, id, taken) {
  const there = state.kiosks.find((/** @type {any} */ k) => k.printer && k.printer === taken.printer);
  if (!there || there.id === id || taken.print === 'failed') return '';
  return html`<p class="elsewhere" role="alert">${t('done.elsewhere', { name: there.name })}</p>`;
}

/** @param {any} taken @param {any} service */
function facts(taken, service) {
  const m = minutes(taken.forecast);
  const by = before(taken.forecast);
  return html`<div class="facts"><div>${t('done.ahead')}<b class="num">${t('n_people', { n: taken.ahead ?? 0 })}</b></div>
<div>${t('done.wait')}<b class="num">${m ? t('n_minutes', { n: m }) : t('done.unknown_wait')}</b>${by ? html`<small>${t('done.before', { at: by })}</small>` : ''}</div>
<div>${t('done.windows')}<b class="num">${service.windows?.length ? t('n_window', { n: ranges(service.windows) }) : '—'}</b></div></div>`;
}

/** @param {any} service @param {any} item */
function steps(service, item) {
  const place = placeOf(service);
  return html`<ol class="steps"><li><i>1</i>${place ? t('done.go', { place }) : t('done.stay')}</li>
${item?.papers?.length ? html`<li><i>2</i>${t('done.papers', { list: item.papers.slice(0, 3).join(t('list.comma')) })}</li>` : ''}
<li><i>${item?.papers?.length ? 3 : 2}</i>${t('done.missed')}</li></ol>`;
}

/** What the one number leads through. @param {any} service @param {any} flow */
function course(service, flow) {
  const place = placeOf(service);
  const paper = (/** @type {any} */ p) => (p.mode === 'paper' ? html` <small>${t('journey.paper')}</small>` : '');
  return html`<ol class="steps course">${flow.steps.map((/** @type {any} */ p, /** @type {number} */ i) => html`<li><i>${i + 1}</i><span>${nameOf(p)}${paper(p)}${i === 0 && place ? html` <small>${t('done.go', { place })}</small>` : ''}</span></li>`)}</ol>`;
}

/** @param {any} kiosk @param {any} taken */
function buttons(kiosk, taken) {
  const left = Math.max(0, Math.ceil((kiosk.s.until - Date.now()) / 1000));
  const longer = () => { kiosk.s.until += 30000; kiosk.draw(); };
  if (taken.print === 'failed') {
    return html`<div class="btns"><button @click=${() => kiosk.ticketCommand('reprint')}>${t('done.reprint')}</button><button class="pr keep" @click=${() => kiosk.ticketCommand('keep')}>${t('done.keep')}</button></div>`;
  }
  return html`${taken.print === 'unconfirmed' ? html`<button class="again" @click=${() => kiosk.ticketCommand('reprint')}>${t('done.not_there')}</button>` : ''}
<div class="btns three"><button @click=${longer}>${t('done.longer')}</button><button @click=${() => { kiosk.s.taken = null; kiosk.s.class = 'normal'; kiosk.go('home'); }}>${t('done.another')}</button><button class="pr" @click=${() => kiosk.end()}>${t('done.finish', { n: left })}</button></div>`;
}
