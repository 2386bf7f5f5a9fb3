import { html } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { t } from '../lib/texts.js';
import { promise } from './kiosk-lists.js';

/** The sheet of one item: what to bring, how long, what it costs, on what law. @param {any} kiosk */
export function sheetDialog(kiosk) {
  const { item, name, note, take, service } = kiosk.s.sheet;
  const close = () => { kiosk.s.sheet = null; kiosk.draw(); };
  const facts = [
    [t('item.type'), item.type], [t('item.promise'), promise(item)],
    [t('item.legal'), item.legal_days ? t('item.days', { n: item.legal_days }) : ''],
    [t('item.fee'), item.fee], [t('item.basis'), item.basis], [t('item.code'), item.code],
  ].filter(([, v]) => v);
  return html`<div class="shade"><div class="ask sheet" role="dialog" aria-modal="true" aria-label=${name}>
<h2>${name}</h2><p>${note}</p><div class="sheetbody"><dl>${facts.map(([k, v]) => html`<dt>${k}</dt><dd>${v}</dd>`)}</dl>
<h3>${t('item.papers')}</h3><ol>${(item.papers || []).map((/** @type {string} */ p) => html`<li>${p}</li>`)}</ol></div>
<div class="btns"><button @click=${close}>${icon('back')}${t('back')}</button><button class="pr" ?disabled=${!service || kiosk.hall.state.open === false} @click=${() => kiosk.take(take)}>${t('kiosk.take')}</button></div></div></div>`;
}
