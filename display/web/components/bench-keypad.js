import { html, repeat } from '../vendor/lit.js';
import { face, LEVELS } from '../lib/faces.js';
import { t } from '../lib/texts.js';

/** Rating keypads; those that ask come first. @param {any} bench @param {any} e */
export function keypads(bench, e) {
  const units = [...(e.view?.units || [])].sort((a, b) => Number(Boolean(b.prompt)) - Number(Boolean(a.prompt)));
  return html`<div class="pads ${units.length > 8 ? 'many' : ''}">${repeat(units, (/** @type {any} */ u) => u.name, (/** @type {any} */ u) => pad(bench, e, u))}</div>`;
}

/** @param {any} bench @param {any} e @param {any} u */
function pad(bench, e, u) {
  const word = u.thanked ? t('bench.thanks') : u.prompt ? t('bench.please_rate') : u.online === false ? t('device.offline') : t('bench.idle');
  return html`<div class="pad ${u.prompt ? 'asks' : ''} ${u.thanked ? 'thanks' : ''} ${u.online === false ? 'off' : ''}" role="group" aria-label="${t('device.kind.keypad')} ${u.name}"><p><b class="num">${u.window ? t('window_no', { n: u.window }) : u.name}</b><span>${word}</span>${u.ticket ? html`<em class="num">${u.ticket}</em>` : ''}${u.queued ? html`<em title=${t('bench.queued')}>+${u.queued}</em>` : ''}</p>
<div class="faces">${LEVELS.map(({ level, light, mouth }) => html`<button title=${t(`rating.${level}`)} aria-label=${t(`rating.${level}`)} @click=${() => bench.press(e.id, u.name, String(level))}>${face(mouth, light)}</button>`)}</div></div>`;
}
