import { html, repeat } from '../vendor/lit.js';
import { t } from '../lib/texts.js';

/** LED signs over the windows. @param {any} bench @param {any} e */
export function boards(bench, e) {
  const units = e.view?.units || [];
  return html`<div class="boards ${units.length > 12 ? 'many' : ''}">${repeat(units, (/** @type {any} */ u) => u.name, sign)}</div>`;
}

/** @param {any} u */
const sign = (u) => html`<div class="sign ${u.up === false ? 'off' : ''}" title=${t('bench.frames', { n: u.frames ?? 0 })}><div class="leds ${u.color || 'red'} ${longest(u.text) > 8 ? 'long' : ''} ${/\n/.test(u.text || '') ? 'two' : ''} ${u.moving ? 'moving' : ''}"><span>${lit(u)}</span></div><small>${u.name}</small></div>`;

/** The words, each in the colour of its lamps. @param {any} u */
function lit(u) {
  if (u.spans?.length) return u.spans.map((/** @type {any} */ s) => html`<b class=${s.color}>${s.text}</b>`);
  return u.text || ' ';
}

/** @param {string} text */
const longest = (text) => Math.max(0, ...String(text || '').split('\n').map((l) => l.length));
