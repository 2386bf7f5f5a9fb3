import { html, repeat } from '../vendor/lit.js';
import { t } from '../lib/texts.js';

const KEPT = 4; // slips that hang out of a printer

/** A ticket printer: the newest slip slides out, the older ones lie beside it. @param {any} bench @param {any} e */
export function printer(bench, e) {
  const { first = 0, next = 0 } = e.pictures || {};
  const numbers = [];
  for (let n = next - 1; n >= Math.max(first, next - KEPT); n--) numbers.push(n);
  const v = e.view || {};
  const out = v.paper === 'out';
  return html`<div class="machine"><div class="lamps"><span class="lamp ${out ? 'bad' : v.paper === 'near_end' ? 'warn' : 'ok'}">${t(`bench.paper.${v.paper || 'ok'}`)}</span><span class="lamp ${v.cover === 'open' ? 'bad' : 'ok'}">${t(`bench.cover.${v.cover || 'closed'}`)}</span>${v.jam ? html`<span class="lamp bad">${t('bench.jam')}</span>` : ''}<span class="count">${t('bench.printed', { n: v.printed ?? next })}</span></div>
<div class="slot"></div></div>
<div class="slips">${numbers.length ? repeat(numbers, (n) => n, (n, i) => slip(bench, e, n, i)) : html`<p class="none">${t('bench.no_slips')}</p>`}</div>`;
}

/** One slip as the printer's own picture of it. @param {any} bench @param {any} e @param {number} n @param {number} i */
function slip(bench, e, n, i) {
  const lines = (e.view?.slips || []).find((/** @type {any} */ s) => s.n === n)?.lines || [];
  return html`<figure class="slip ${i === 0 ? 'newest' : ''}"><div class="feed"><img src="/api/v1/emulators/${e.id}/pictures/${n}.png" alt="${t('bench.slip', { n: n + 1 })} ${lines.join(' ')}" loading="lazy"></div></figure>`;
}
