import { html } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { reach } from '../lib/legible.js';
import { chainClass, chainLoad, minutes, stateWord } from '../lib/names.js';
import { language, nameOf, t } from '../lib/texts.js';
import { clock } from '../lib/times.js';

/** The queues by chain, or by service in a hall of few chains. @param {any} board */
export function lanes(board) {
  const { state } = board.hall;
  const chains = state.chains.filter((/** @type {any} */ c) => state.services.some((/** @type {any} */ s) => s.chain === c.id));
  const list = chains.length > 1
    ? chains.map((/** @type {any} */ c) => ({ cls: chainClass(c.id), name: nameOf(c), ...chainLoad(state, c.id) }))
    : state.services.slice(0, 5).map((/** @type {any} */ s) => ({ cls: chainClass(s.chain), name: nameOf(s), waiting: s.waiting, minutes: minutes(s.forecast) }));
  const most = Math.max(10, ...list.map((/** @type {any} */ l) => l.waiting));
  return html`<section class="pn" aria-label=${t('manager.queues')}><h2>${t('manager.queues')}<span>${t('manager.queues_note')}</span></h2>${list.map((/** @type {any} */ l) => html`<div class="lane ${l.cls}"><span>${l.name}</span><div class="bar"><i style="width:${(100 * l.waiting) / most}%"></i></div><b class="num">${l.waiting} <small>${t('people')}${l.minutes ? ` · ${l.minutes} ${t('min')}` : ''}</small></b></div>`)}</section>`;
}

/** Devices that are not well; the well ones are only counted. @param {any} board */
export function devices(board) {
  const all = board.hall.state.devices || [];
  const kinds = [...new Set(all.map((/** @type {any} */ d) => d.kind))];
  const bad = all.filter((/** @type {any} */ d) => d.state !== 'up');
  return html`<section class="pn devs" aria-label=${t('manager.devices')}><h2>${t('manager.devices')}<span>${bad.length ? t('manager.devices_bad', { n: bad.length }) : t('manager.all_well')}</span></h2>
<ul class="kinds">${kinds.map((k) => html`<li>${t(`device.kind.${k}`)} <b class="num">${all.filter((/** @type {any} */ d) => d.kind === k && d.state === 'up').length}</b>/${all.filter((/** @type {any} */ d) => d.kind === k).length}</li>`)}</ul>
<ul class="dl bad">${bad.slice(0, 4).map((/** @type {any} */ d) => html`<li class=${d.state}>${icon(d.state === 'degraded' ? 'info' : 'warn')}<span>${nameOf(d)} · ${d.whys?.[language()] || d.why || stateWord('device', d.state)}${d.effect ? html` <small>${d.effects?.[language()] || d.effect}</small>` : ''}</span><time class="num">${d.since ? clock(d.since) : ''}</time></li>`)}</ul>${readable(board.hall.state.walls || [])}</section>`;
}

/** From how far the walls can be read that say how large they are. @param {any[]} walls */
function readable(walls) {
  const sized = walls.filter((w) => w.screen);
  if (!sized.length) return '';
  return html`<ul class="dl reach">${sized.map((w) => html`<li>${icon('text')}<span>${w.name || w.id} <small>${t('manager.screen', { inches: w.screen.diagonal })}</small></span><span class="num">${t('manager.reach', { call: Math.floor(reach(w.screen.diagonal)), rest: w.screen.distance })}</span></li>`)}</ul>`;
}
