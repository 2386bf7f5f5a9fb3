import { html, repeat } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { t } from '../lib/texts.js';
import { clockSeconds } from '../lib/times.js';

const BARS = Array.from({ length: 28 }, (_, i) => 0.25 + 0.75 * Math.abs(Math.sin(i * 1.7) * Math.cos(i * 0.6)));

/** A loudspeaker: what it says now and what it said. @param {any} bench @param {any} e */
export function speaker(bench, e) {
  const said = [...(e.view?.said || [])].slice(-6).reverse();
  const now = e.view?.speaking;
  return html`<div class="horn ${now ? 'speaking' : ''}">${icon(now ? 'sound' : 'mute')}<div class="wave" aria-hidden="true">${BARS.map((h, i) => html`<i style="height:${Math.round(h * 100)}%;animation-delay:${-i * 70}ms"></i>`)}</div></div>
<ol class="said">${said.length ? repeat(said, (/** @type {any} */ s) => s.at + s.text, (/** @type {any} */ s, i) => html`<li class=${i === 0 && now ? 'now' : ''}><time class="num">${clockSeconds(s.at)}</time><span>${s.text}</span></li>`) : html`<li><span>${t('bench.silent')}</span></li>`}</ol>`;
}
