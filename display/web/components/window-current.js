import { html } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { chainClass, chainOf, className, first, journeyOf, serviceOf, stepName } from '../lib/names.js';
import { language, nameOf, t } from '../lib/texts.js';
import { clock, stopwatch } from '../lib/times.js';
import { papersHere } from './window-more.js';
import { keyName } from './window-keys.js';
import { actions, guarded, mayRecall, nextTicket, overdue, plain, suggestNoShow } from './window-actions.js';

/** The left column: the person at the window and the buttons. @param {any} desk */
export function current(desk) {
  const w = desk.window;
  if (w.state === 'closed') return opening(desk);
  return html`<section class="cur" aria-label=${t('desk.current')}>${w.ticket ? visit(desk, w) : empty(desk, w)}${buttons(desk, w)}</section>`;
}

/** @param {any} desk */
function opening(desk) {
  const open = (/** @type {Event} */ e) => {
    e.preventDefault();
    const staff = String(new FormData(/** @type {HTMLFormElement} */ (e.target)).get('staff') || '').trim();
    localStorage.setItem('lobby-staff', (desk.staff = staff));
    plain(desk, { type: 'window_open', staff });
  };
  return html`<section class="cur" aria-label=${t('desk.current')}><div class="n quiet">${t('window.closed')}</div><p class="svc">${t('desk.open_hint')}</p>
<form class="open" @submit=${open}><label>${t('desk.staff')}<input name="staff" required maxlength="40" autocomplete="off" .value=${desk.staff}></label>
<div class="acts"><button class="big" ?disabled=${desk.busy}>${icon('play')}${t('desk.open')}</button></div></form></section>`;
}

/** @param {any} desk @param {any} w */
function empty(desk, w) {
  const next = nextTicket(desk);
  return html`<div class="n quiet">${t(`window.${w.state}`)}</div><p class="svc">${w.state === 'paused' ? w.reason || t('desk.paused_hint') : w.state === 'draining' ? t('desk.draining_hint') : next ? t('desk.next_is', { n: next }) : t('desk.nobody')}</p>`;
}

/** @param {any} desk @param {any} w */
function visit(desk, w) {
  const { state } = desk.hall;
  const service = serviceOf(state, w.service);
  const chain = chainOf(state, service);
  const department = first(state.departments, (/** @type {any} */ d) => d.id === service?.department);
  const calling = w.state === 'calling';
  const facts = [[t('desk.department'), nameOf(department)], [t('desk.called_at'), w.called_at ? clock(w.called_at) : ''], [t('desk.recalls'), w.recalls ? t('times', { n: w.recalls }) : ''], [t('desk.papers'), papersHere(desk)]].filter(([, v]) => v);
  return html`<ol class="steps"><li class=${calling ? 'on' : 'd'} aria-current=${calling ? 'step' : 'false'}>${t('window.calling')}</li><li class=${calling ? '' : 'on'} aria-current=${calling ? 'false' : 'step'}>${t('window.serving')}</li><li>${t('desk.finish')}</li></ol>
<div class="n num" aria-live="polite">${w.ticket}<span class="pills"><span class="pill ${chainClass(chain.id)}">${nameOf(chain)}</span>${w.class && w.class !== 'normal' ? html`<span class="pill p">${className(state, w.class)}</span>` : ''}</span></div>
<div class="svc">${nameOf(service)}</div>${journey(state, w)}
<dl class="kv">${facts.map(([k, v]) => html`<dt>${k}</dt><dd>${v}</dd>`)}</dl>${timer(desk, w, calling)}`;
}

/** Where the person's chain stands. @param {any} state @param {any} w */
function journey(state, w) {
  const j = journeyOf(state, w.ticket);
  if (!j) return '';
  const late = j.deadline && j.finish && j.finish > j.deadline;
  const mark = (/** @type {any} */ p) => (p.id === j.next?.step ? 'on' : ['done', 'skipped'].includes(p.state) ? 'd' : '');
  return html`<p class="journey ${late ? 'late' : ''}">${j.name}${j.finish ? ` · ${t('journey.until', { at: clock(j.finish) })}` : ''}${j.deadline ? ` · ${t('journey.limit', { at: clock(j.deadline) })}` : ''}</p>
<ol class="steps journey">${j.steps.map((/** @type {any} */ p) => html`<li class=${mark(p)} aria-current=${mark(p) === 'on' ? 'step' : 'false'}>${stepName(state, j, p)}</li>`)}</ol>`;
}

/** @param {any} desk @param {any} w @param {boolean} calling */
function timer(desk, w, calling) {
  const seconds = desk.hall.since(calling ? w.called_at : w.started_at || w.since);
  return html`<div class="timer ${suggestNoShow(desk) || overdue(desk) ? 'late' : ''}"><b class="num">${stopwatch(seconds)}</b><span>${t(calling ? (suggestNoShow(desk) ? 'desk.late' : 'desk.since_call') : 'desk.since_start')}</span>${overdue(desk) ? html`<p class="why" role="status">${overdue(desk).says?.[language()] || overdue(desk).say}</p>` : ''}</div>`;
}

/** @param {any} desk @param {any} w */
function buttons(desk, w) {
  const here = ['calling', 'serving'].includes(w.state);
  const small = (/** @type {string} */ name, /** @type {string} */ sign, /** @type {string} */ word, /** @type {boolean} */ on, cls = '') => html`<button class=${cls} ?disabled=${!on || desk.busy} @click=${() => actions[name](desk)}>${icon(sign)}${word}${desk.keys && keyName(name) ? html`<kbd>${keyName(name)}</kbd>` : ''}</button>`;
  return html`<div class="acts">${main(desk, w)}
${small('recall', 'recall', t('desk.recall'), mayRecall(desk))}${small('noShow', 'skip', t('desk.no_show'), w.state === 'calling', suggestNoShow(desk) ? 'hint' : '')}${small('finish', 'check', t('desk.finish'), w.state === 'serving', 'nokey')}
${small('transfer', 'move', t('desk.transfer'), here)}${small('hold', 'clock', t('desk.hold'), here)}${small('invite', 'star', t('desk.invite'), w.state === 'idle' && w.done > 0)}</div>`;
}

/** The one big button. @param {any} desk @param {any} w */
function main(desk, w) {
  if (w.state === 'paused') return html`<button class="big" ?disabled=${desk.busy} @click=${() => actions.pause(desk)}>${icon('play')}${t('desk.resume')}${desk.keys ? html`<kbd>${keyName('pause')}</kbd>` : ''}</button>`;
  if (w.state === 'calling') return html`<button class="big" ?disabled=${desk.busy} @click=${() => actions.arrive(desk)}>${icon('user')}${t('desk.arrive')}${desk.keys ? html`<kbd>${keyName('arrive')}</kbd>` : ''}</button>`;
  const next = nextTicket(desk);
  const serving = w.state === 'serving';
  const word = serving ? (next ? t('desk.finish_next') : t('desk.finish')) : t('desk.next');
  return html`<button class="big" ?disabled=${desk.busy || guarded(desk) || (!next && !serving) || w.state === 'draining'} @click=${() => actions.next(desk)}>${icon('next')}<span>${word} <small>${next}</small></span>${desk.keys ? html`<kbd>${keyName('next')}</kbd>` : ''}</button>`;
}
