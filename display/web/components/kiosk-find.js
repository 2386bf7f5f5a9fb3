import { html, live } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { items } from '../lib/items.js';
import { meant } from '../lib/pinyin.js';
import { nameOf, t } from '../lib/texts.js';
import { minutes, serviceOf } from '../lib/names.js';
import { head } from './kiosk-head.js';
import { rateable } from './kiosk-rate.js';
import { itemRow, paged, serviceRow } from './kiosk-lists.js';

/** Search by name or by the first letters of its pinyin. @param {any} kiosk */
export function finder(kiosk) {
  const { state } = kiosk.hall;
  const q = kiosk.s.typed;
  const services = state.services.filter((/** @type {any} */ s) => meant(s.name, q) || meant(nameOf(s), q));
  const size = kiosk.s.low ? 2 : kiosk.s.big ? 3 : 5;
  const rows = q ? [...services.map((/** @type {any} */ s) => serviceRow(state, s)), ...items().filter((i) => meant(i.name, q) || meant(nameOf(i), q)).map((i) => itemRow(state, i))] : [];
  const type = (/** @type {any} */ e) => { kiosk.s.typed = e.target.value; kiosk.s.page = 0; kiosk.draw(); };
  return html`${head(kiosk, t('kiosk.find'), t('kiosk.find_note'))}
<label class="typed">${icon('search')}<span class="sr">${t('kiosk.find')}</span><input autocomplete="off" maxlength="20" placeholder=${t('kiosk.find_placeholder')} .value=${live(q)} @input=${type}></label>
<main class="list short">${q ? paged(kiosk, rows, size) : html`<p class="none">${t('kiosk.find_hint')}</p>`}</main>
${keys(kiosk, ['QWERTYUIOP', 'ASDFGHJKL', 'ZXCVBNM'])}`;
}

/** Where a ticket stands. It is worked out from what the walls show anyway. @param {any} kiosk */
export function progress(kiosk) {
  const code = kiosk.s.typed.includes('/'); // a scanner types the whole address on the slip
  const q = code ? kiosk.s.typed : kiosk.s.typed.toUpperCase();
  const type = (/** @type {any} */ e) => { kiosk.s.typed = e.target.value; kiosk.draw(); };
  return html`${head(kiosk, t('kiosk.progress'), t('kiosk.progress_note'))}
<label class="typed">${icon('clock')}<span class="sr">${t('kiosk.progress_note')}</span><input autocomplete="off" maxlength="200" .value=${live(q)} @input=${type}></label>
<main class="where" role="status">${q.length > 1 ? where(kiosk, q) : ''}</main>${keys(kiosk, ['1234567890', 'QWERTYUIOP', 'ASDFGHJKL', 'ZXCVBNM'])}`;
}

/** @param {any} kiosk @param {string} number */
function where(kiosk, number) {
  const { state } = kiosk.hall;
  const at = state.windows.find((/** @type {any} */ w) => w.ticket === number);
  if (at) return html`<p>${t(at.state === 'calling' ? 'progress.called' : 'progress.serving')}</p><b class="num">${t('window_no', { n: at.name || at.id })}</b>`;
  const i = state.waiting.findIndex((/** @type {any} */ x) => x.ticket === number);
  if (i < 0) return rateable(kiosk, number);
  const own = state.waiting[i];
  if (own.state !== 'waiting') return html`<p>${t(`progress.${own.state}`)}</p>`;
  const ahead = state.waiting.slice(0, i).filter((/** @type {any} */ x) => x.service === own.service && x.state === 'waiting').length;
  const service = serviceOf(state, own.service);
  const m = minutes(service?.forecast);
  return html`<p>${nameOf(service)}</p><b>${t('progress.ahead', { n: ahead })}</b>${m ? html`<p>${t('kiosk.wait_all', { n: m })}</p>` : ''}`;
}

/** Keys on the screen: the kiosk has no others. @param {any} kiosk @param {string[]} rows */
function keys(kiosk, rows) {
  const put = (/** @type {string} */ c) => () => { kiosk.s.typed = (kiosk.s.typed + c).slice(0, 20); kiosk.s.page = 0; kiosk.draw(); };
  const drop = () => { kiosk.s.typed = kiosk.s.typed.slice(0, -1); kiosk.draw(); };
  return html`<div class="keys" role="group" aria-label=${t('kiosk.keys')}>${rows.map((r, n) => html`<div>${Array.from(r, (c) => html`<button @click=${put(c)}>${c}</button>`)}
${n === rows.length - 1 ? html`<button class="del" aria-label=${t('delete')} @click=${drop}>${icon('back')}</button>` : ''}</div>`)}</div>`;
}
