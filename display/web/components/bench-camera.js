import { html } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { t } from '../lib/texts.js';

/** Emulated cameras: which clip each one plays, and who looks. @param {any} bench @param {any} e */
export function cameraBench(bench, e) {
  return html`<ul class="camlist">${(e.view?.units || []).map((/** @type {any} */ u) => html`<li class=${u.viewers ? 'on' : ''}>${icon(u.viewers ? 'cam' : 'camoff')}<b>${u.name}</b><span>${u.clip || u.path}</span><em class="num">${t('bench.viewers', { n: u.viewers ?? 0 })}</em><em class="num">${t('bench.pictures', { n: u.frames ?? 0 })}</em></li>`)}</ul>`;
}
