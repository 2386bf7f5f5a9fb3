import { html, repeat } from '../vendor/lit.js';
import { t } from '../lib/texts.js';

/** Call boxes on the clerks' desks, with keys that can be pressed. @param {any} bench @param {any} e */
export function callboxes(bench, e) {
  return html`<div class="boxes">${repeat(e.view?.units || [], (/** @type {any} */ u) => u.name, (/** @type {any} */ u) => box(bench, e, u))}</div>`;
}

/** @param {any} bench @param {any} e @param {any} u */
function box(bench, e, u) {
  return html`<div class="box" role="group" aria-label="${t('device.kind.callbox')} ${u.name}"><div class="glass ${u.blink ? 'blink' : ''}"><span class="num">${u.shown || '----'}</span></div>
<div class="row"><i class="link ${u.up ? 'on' : ''}"></i><small>${u.name}</small>${u.queued ? html`<em title=${t('bench.queued')}>${u.queued}</em>` : ''}</div>
<div class="keys">${(u.keys || []).map((/** @type {string} */ key) => html`<button class="key ${key}" @click=${() => bench.press(e.id, u.name, key)}>${/^\d+$/.test(key) ? key : t(`key.${key}`)}</button>`)}</div></div>`;
}
