import { html, repeat } from '../vendor/lit.js';
import { t } from '../lib/texts.js';

/** Scanners at kiosks: what is typed lies before their window. @param {any} bench @param {any} e */
export function scanners(bench, e) {
  return html`<div class="boxes">${repeat(e.view?.units || [], (/** @type {any} */ u) => u.name, (/** @type {any} */ u) => scanner(bench, e, u))}</div>`;
}

/** @param {any} bench @param {any} e @param {any} u */
function scanner(bench, e, u) {
  const scan = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const field = /** @type {HTMLFormElement} */ (event.target).elements.namedItem('code');
    bench.press(e.id, u.name, 'scan', /** @type {HTMLInputElement} */ (field).value);
  };
  return html`<form class="box" aria-label="${t('device.kind.scanner')} ${u.name}" @submit=${scan}>
<label class="before"><span>${t('bench.code')}</span><input name="code" maxlength="200" autocomplete="off" required></label>
<div class="row"><i class="link ${u.up ? 'on' : ''}"></i><small>${u.name}</small></div>
<div class="keys"><button class="key">${t('key.scan')}</button></div></form>`;
}
