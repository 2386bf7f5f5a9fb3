import { html, repeat } from '../vendor/lit.js';
import { t } from '../lib/texts.js';

/** Lamps, bells, sensors and buttons on pins of this computer. @param {any} bench @param {any} e */
export function pins(bench, e) {
  return html`<div class="boxes">${repeat(e.view?.units || [], (/** @type {any} */ u) => u.name, (/** @type {any} */ u) => pin(bench, e, u))}</div>`;
}

/** @param {any} bench @param {any} e @param {any} u */
function pin(bench, e, u) {
  return html`<div class="box" role="group" aria-label="${t(`device.kind.${e.kind}`)} ${u.name}"><div class="glass ${u.on ? 'lit' : ''}"><span>${t(u.on ? 'bench.pin.on' : 'bench.pin.off')}</span></div>
<div class="row"><i class="link ${u.up ? 'on' : ''}"></i><small>${u.pin}</small><small class="num">${t('bench.pin.times', { n: u.times })}</small></div>
${u.keys.length ? html`<div class="keys">${u.keys.map((/** @type {string} */ key) => html`<button class="key" @click=${() => bench.press(e.id, u.name, key)}>${/^\d+$/.test(key) ? key : t(`key.${key}`)}</button>`)}</div>` : ''}</div>`;
}
