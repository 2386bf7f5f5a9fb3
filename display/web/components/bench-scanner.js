import { html, repeat } from '../vendor/lit.js';
import { t } from '../lib/texts.js';

/** Scanners and card readers at kiosks: what is typed lies before them. @param {any} bench @param {any} e */
export function scanners(bench, e) {
  return html`<div class="boxes">${repeat(e.view?.units || [], (/** @type {any} */ u) => u.name, (/** @type {any} */ u) => scanner(bench, e, u))}</div>`;
}

/** @param {any} bench @param {any} e @param {any} u */
function scanner(bench, e, u) {
  const scan = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const field = /** @type {HTMLFormElement} */ (event.target).elements.namedItem('code');
    bench.press(e.id, u.name, u.keys[0], /** @type {HTMLInputElement} */ (field).value);
  };
  return html`<form class="box" aria-label="${t(`device.kind.${e.kind}`)} ${u.name}" @submit=${scan}>
<label class="before"><span>${t(e.kind === 'reader' ? 'bench.card' : 'bench.code')}</span><input name="code" maxlength="200" autocomplete="off" required></label>
<div class="row"><i class="link ${u.up ? 'on' : ''}"></i><small>${u.name}</small></div>
<div class="keys"><button class="key">${t(`key.${u.keys[0]}`)}</button></div></form>`;
}
