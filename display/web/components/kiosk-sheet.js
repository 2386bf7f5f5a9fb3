import { html, ref } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { first, placeOf, ranges, serviceOf } from '../lib/names.js';
import { language, nameOf, t } from '../lib/texts.js';
import { head } from './kiosk-head.js';
import { promise } from './kiosk-lists.js';

/**
 * The sheet of one item (一事一表) with all ten disclosures. A kiosk has no
 * scroll bar: the sheet is cut into pages, as many as its letters need.
 * @param {any} kiosk
 */
export function sheet(kiosk) {
  const { item, name, note, take, service } = kiosk.s.sheet;
  const close = () => { kiosk.s.sheet = null; kiosk.draw(); };
  return html`${head(kiosk, name, note, close)}
<main class="sheet"><div class="sheetbody" tabindex="-1" ${ref(cut(kiosk))}>${disclosures(kiosk, item).map(([word, lines, ordered]) => fact(word, lines, ordered))}</div>
${pager(kiosk)}<div class="btns"><button @click=${close}>${icon('back')}${t('back')}</button><button class="pr" ?disabled=${!service || kiosk.hall.state.open === false} @click=${() => kiosk.take(take)}>${t('kiosk.take')}</button></div></main>`;
}

/**
 * What is disclosed, in the order in which a citizen needs it. Each is a word,
 * its lines, and whether the lines are steps.
 * @param {any} kiosk @param {any} item @returns {[string, string[], boolean?][]}
 */
function disclosures(kiosk, item) {
  const { state } = kiosk.hall;
  const department = first(state.departments, (/** @type {any} */ d) => d.id === item.department);
  const service = serviceOf(state, item.service);
  const windows = service?.windows?.length ? t('n_window', { n: ranges(service.windows) }) : '';
  return [
    [t('item.papers'), item.papers || []],
    [t('item.limit'), limits(item)],
    [t('item.fee'), [item.fee, item.fee_basis && t('item.fee_basis', { basis: item.fee_basis })]],
    [t('item.place'), [[placeOf(service), windows].filter(Boolean).join(' ')]],
    [t('item.conditions'), item.conditions || []],
    [t('item.procedure'), item.procedure || [], true],
    [t('item.result'), [item.result]],
    [t('item.samples'), item.samples || []],
    [t('item.basis'), [item.basis]],
    [t('item.what'), [item.name, [item.type, item.code].filter(Boolean).join(' · ')]],
    [t('item.duty'), [item.duty ? `${nameOf(department) || item.department}${language() === 'en' ? ': ' : '：'}${item.duty}` : '']],
    [t('item.phone'), phones(state.hall, item)],
  ];
}

/** @param {any} item */
const limits = (item) => [promise(item) && t('item.promised', { limit: promise(item) }), item.legal_days ? t('item.by_law', { limit: t('item.days', { n: item.legal_days }) }) : ''];

/** @param {any} hall @param {any} item */
function phones(hall, item) {
  const ask = item.phone || hall.phone;
  const complain = item.complaints || hall.complaints;
  return [ask && t('item.ask', { phone: ask }), complain && t('item.complain', { phone: complain })];
}

/** One disclosure; what the hall has not given is said calmly, never left blank. @param {string} word @param {string[]} lines @param {boolean} [ordered] */
function fact(word, lines, ordered = false) {
  const said = lines.filter(Boolean);
  const rows = said.map((l) => html`<li>${l}</li>`);
  return html`<section class="fact"><h2>${word}</h2>${!said.length ? html`<p class="unsaid">${t('item.unsaid')}</p>` : ordered ? html`<ol>${rows}</ol>` : html`<ul>${rows}</ul>`}</section>`;
}

/** Counts the pages once the letters stand, and shows the wanted one. @param {any} kiosk @returns {(body?: Element) => void} */
const cut = (kiosk) => (body) => {
  if (!body) return;
  requestAnimationFrame(() => {
    const { sheet: open } = kiosk.s;
    if (!open || !body.isConnected) return;
    const step = body.clientWidth + parseFloat(getComputedStyle(body).columnGap);
    // A page may hold two columns, and the last one of them may be empty.
    const pages = Math.max(1, Math.ceil((body.scrollWidth + step - body.clientWidth) / step - 0.1));
    const page = Math.min(open.page || 0, pages - 1);
    body.scrollLeft = page * step;
    if (open.pages === pages && open.page === page) return;
    Object.assign(open, { pages, page });
    kiosk.draw();
  });
};

/** @param {any} kiosk */
function pager(kiosk) {
  const { page = 0, pages = 1 } = kiosk.s.sheet;
  if (pages === 1) return '';
  const turn = (/** @type {number} */ by) => () => { kiosk.s.sheet.page = page + by; kiosk.draw(); };
  return html`<div class="pager"><button ?disabled=${page === 0} @click=${turn(-1)}>${icon('back')}${t('previous')}</button><span class="num">${page + 1} / ${pages}</span><button ?disabled=${page >= pages - 1} @click=${turn(1)}>${t('following')}${icon('next')}</button></div>`;
}
