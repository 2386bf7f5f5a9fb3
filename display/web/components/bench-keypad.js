import { html, repeat, svg } from '../vendor/lit.js';
import { t } from '../lib/texts.js';

const LEVELS = [
  [5, '#7fd6a0', 'M13 28c3 8 19 8 22 0Z'], [4, '#6fd3c8', 'M14 29c4 5.5 16 5.5 20 0'], [3, '#c2d3d0', 'M15 31h18'],
  [2, '#ffc46b', 'M15 34c4-5 14-5 18 0'], [1, '#ff9b86', 'M14 35c4-8 16-8 20 0'],
];

/** @param {string} mouth @param {string} color */
const face = (mouth, color) => svg`<svg viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="21" fill=${color} opacity=".16"></circle><circle cx="24" cy="24" r="21" fill="none" stroke=${color} stroke-width="2.6"></circle><circle cx="16.5" cy="19.5" r="2.4" fill=${color}></circle><circle cx="31.5" cy="19.5" r="2.4" fill=${color}></circle><path d=${mouth} fill="none" stroke=${color} stroke-width="2.8" stroke-linecap="round"></path></svg>`;

/** Rating keypads; those that ask come first. @param {any} bench @param {any} e */
export function keypads(bench, e) {
  const units = [...(e.view?.units || [])].sort((a, b) => Number(Boolean(b.prompt)) - Number(Boolean(a.prompt)));
  return html`<div class="pads ${units.length > 8 ? 'many' : ''}">${repeat(units, (/** @type {any} */ u) => u.name, (/** @type {any} */ u) => pad(bench, e, u))}</div>`;
}

/** @param {any} bench @param {any} e @param {any} u */
function pad(bench, e, u) {
  const word = u.thanked ? t('bench.thanks') : u.prompt ? t('bench.please_rate') : u.online === false ? t('device.offline') : t('bench.idle');
  return html`<div class="pad ${u.prompt ? 'asks' : ''} ${u.thanked ? 'thanks' : ''} ${u.online === false ? 'off' : ''}" role="group" aria-label="${t('device.kind.keypad')} ${u.name}"><p><b class="num">${u.window ? t('window_no', { n: u.window }) : u.name}</b><span>${word}</span>${u.ticket ? html`<em class="num">${u.ticket}</em>` : ''}${u.queued ? html`<em title=${t('bench.queued')}>+${u.queued}</em>` : ''}</p>
<div class="faces">${LEVELS.map(([level, color, mouth]) => html`<button title=${t(`rating.${level}`)} aria-label=${t(`rating.${level}`)} @click=${() => bench.press(e.id, u.name, String(level))}>${face(String(mouth), String(color))}</button>`)}</div></div>`;
}
