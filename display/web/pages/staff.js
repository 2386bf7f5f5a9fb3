// Who is at which window, beside the plan of the day: where somebody should be
// and is not stands out, because it is the one thing a duty manager can mend
// at once.
import { html } from '../vendor/lit.js';
import { startPage, staleStrip } from '../lib/page.js';
import { icon } from '../lib/icons.js';
import { t } from '../lib/texts.js';
import { clock } from '../lib/times.js';

const EVERY = 30000; // the figures of the day are asked for, not on the feed
const page = {
  draw: () => {},
  floor: 0,
  only: false,
  /** @type {Map<string, any>} figures of the day, by window */ figures: new Map(),
};

/** Minutes after midnight of "08:30". @param {string} at */
const minutesOf = (at) => Number(at.slice(0, 2)) * 60 + Number(at.slice(3, 5));

/** Whether a window is meant to be staffed now; one without a plan is while the hall is open. @param {any} state @param {any} w @param {number} now minutes */
function planned(state, w, now) {
  const shifts = w.roster?.length ? w.roster : [`${state.hall.opens || '00:00'}-${state.hall.closes || '24:00'}`];
  return shifts.some((/** @type {string} */ s) => {
    const [from, to] = s.split('-').map(minutesOf);
    return from <= now && now < to;
  });
}

/** How presence and plan fit: '', 'missing', 'extra'. @param {any} state @param {any} w @param {number} now */
function differs(state, w, now) {
  const due = state.open && planned(state, w, now);
  const there = w.state !== 'closed';
  if (due && !there) return 'missing';
  return there && !due ? 'extra' : '';
}

/** @param {any} hall */
function view(hall) {
  const { state } = hall;
  const now = minutesOf(clock(hall.now()).padStart(5, '0'));
  const all = state.windows.map((/** @type {any} */ w) => ({ ...w, differs: differs(state, w, now), due: state.open && planned(state, w, now) }));
  const floors = [...new Set(all.map((/** @type {any} */ w) => w.floor))].sort();
  const count = (/** @type {(w: any) => boolean} */ test) => all.filter(test).length;
  const sums = [['planned', count((w) => w.due), ''], ['present', count((w) => w.due && w.state !== 'closed'), ''], ['missing', count((w) => w.differs === 'missing'), 'bad'], ['extra', count((w) => w.differs === 'extra'), 'warn']];
  const shown = all.filter((/** @type {any} */ w) => (!page.floor || w.floor === page.floor) && (!page.only || w.differs));
  return html`${staleStrip(hall)}<main><header><h1>${t('staff.title')}</h1><div class="floors" role="group" aria-label=${t('staff.floor')}>${[0, ...floors].map((f) => html`<button aria-pressed=${page.floor === f} @click=${() => { page.floor = f; page.draw(); }}>${f ? t('staff.floor_n', { n: f }) : t('staff.all')}</button>`)}<button aria-pressed=${page.only} @click=${() => { page.only = !page.only; page.draw(); }}>${t('staff.only')}</button></div><a href="/manager">${t('page.manager')}</a></header>
<dl class="sums">${sums.map(([k, n, cls]) => html`<div class=${n ? cls : ''}><dt>${t(`staff.${k}`)}</dt><dd class="num">${n}</dd></div>`)}</dl>
${shown.length ? html`<table><caption class="sr">${t('staff.title')}</caption><thead><tr>${['window', 'roster', 'who', 'state', 'since', 'done', 'mean'].map((k) => html`<th scope="col">${t(`staff.${k}`)}</th>`)}</tr></thead><tbody>${shown.map(row)}</tbody></table>` : html`<p class="none">${t('staff.none')}</p>`}</main>`;
}

/** @param {any} w */
function row(w) {
  const f = page.figures.get(w.id);
  return html`<tr class=${w.differs}><th scope="row"><b class="num">${w.id}</b> ${w.name}</th><td class="num">${w.roster?.length ? w.roster.join('  ') : html`<span class="dim">${t('staff.all_day')}</span>`}</td><td>${w.staff || '—'}</td><td>${w.differs ? html`<em>${icon(w.differs === 'missing' ? 'warn' : 'info')}${t(`staff.${w.differs}`)}</em>` : t(`window.${w.state}`)}</td><td class="num">${w.since ? clock(w.since) : ''}</td><td class="num">${f ? f.done : ''}</td><td class="num">${f?.service.n ? `${(f.service.mean / 60).toFixed(1)} ${t('figures.min')}` : ''}</td></tr>`;
}

/** @param {any} hall */
async function refresh(hall) {
  try {
    const answer = await fetch(`/api/v1/figures?day=${hall.state?.day || ''}`, { cache: 'no-store' });
    const { rows } = await answer.json();
    page.figures = new Map((rows || []).filter((/** @type {any} */ r) => r.by === 'window').map((/** @type {any} */ r) => [r.key, r]));
  } catch { /* the table goes on with what it had */ }
  page.draw();
}

startPage({ view }).then(({ hall, draw }) => {
  document.title = t('staff.title');
  page.draw = draw;
  setInterval(() => refresh(hall), EVERY);
  const first = () => {
    if (!hall.state) return; // the feed is connecting
    hall.removeEventListener('change', first);
    refresh(hall);
  };
  hall.addEventListener('change', first);
  first();
});
