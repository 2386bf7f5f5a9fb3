import { html } from '../vendor/lit.js';
import { className, serviceOf } from '../lib/names.js';
import { nameOf, t } from '../lib/texts.js';
import { answer, mine, nextTicket, question } from './window-actions.js';

/** The middle column: who waits. @param {any} desk */
export function queue(desk) {
  const lists = {
    own: mine(desk).filter((/** @type {any} */ x) => x.state === 'waiting'),
    all: desk.hall.state.waiting.filter((/** @type {any} */ x) => x.state === 'waiting'),
    away: mine(desk).filter((/** @type {any} */ x) => x.state === 'held' || x.state === 'no_show'),
  };
  const tab = (/** @type {'own'|'all'|'away'} */ id, /** @type {string} */ word) => html`<button role="tab" id="tab-${id}" aria-controls="queue" aria-selected=${String(desk.tab === id)} @click=${() => { desk.tab = id; desk.draw(); }}>${word} <span class="num">${lists[id].length}</span></button>`;
  const rows = lists[/** @type {'own'} */ (desk.tab)];
  return html`<section class="q" aria-label=${t('desk.queue')}><div class="qh"><h2>${t('desk.waiting', { n: lists.own.length })}</h2><span>${t('desk.waiting_note')}</span>
<div class="tabs" role="tablist">${tab('own', t('desk.tab_own'))}${tab('all', t('desk.tab_all'))}${tab('away', t('desk.tab_away'))}</div></div>
<div class="scroll" id="queue" role="tabpanel" tabindex="0" aria-labelledby="tab-${desk.tab}">${rows.length ? table(desk, rows) : html`<p class="none">${t('desk.none')}</p>`}</div></section>`;
}

/** @param {any} desk @param {any[]} rows */
function table(desk, rows) {
  const next = nextTicket(desk);
  return html`<table><thead><tr><th>${t('desk.number')}</th><th>${t('desk.service')}</th><th>${t('desk.waited')}</th><th><span class="sr">${t('desk.action')}</span></th></tr></thead>
<tbody>${rows.slice(0, 60).map((x) => row(desk, x, x.ticket === next))}</tbody></table>`;
}

/** @param {any} desk @param {any} x @param {boolean} isNext */
function row(desk, x, isNext) {
  const { state } = desk.hall;
  const waited = Math.floor(desk.hall.since(x.at) / 60);
  return html`<tr class=${isNext ? 'nx' : ''}><td class="t">${x.ticket}${x.class && x.class !== 'normal' ? html`<span class="mk">${className(state, x.class)}</span>` : ''}${marks(x)}</td>
<td>${nameOf(serviceOf(state, x.service))}</td><td>${waited < 1 ? t('desk.just_now') : t('n_min', { n: waited })}</td><td>${action(desk, x)}</td></tr>`;
}

/** @param {any} x */
const marks = (x) => html`${x.state === 'held' ? html`<span class="mk y">${t('ticket.held')}</span>` : ''}${x.state === 'no_show' ? html`<span class="mk x">${t('ticket.no_show')}</span>` : ''}${x.unconfirmed ? html`<span class="mk x">${t('ticket.unconfirmed')}</span>` : ''}`;

/** @param {any} desk @param {any} x */
function action(desk, x) {
  const free = desk.window.state === 'idle';
  if (x.state === 'no_show') return html`<button class="lk" ?disabled=${desk.busy} @click=${() => answer(desk, { type: 'recover', ticket: x.ticket })}>${t('desk.recover')}</button>${menu(desk, x)}`;
  if (x.state === 'held') return html`<button class="lk" ?disabled=${!free || desk.busy} @click=${() => answer(desk, { type: 'resume', ticket: x.ticket })}>${t('desk.resume_ticket')}</button>${menu(desk, x)}`;
  if (!(desk.window.services || []).includes(x.service)) return menu(desk, x);
  return html`<button class="lk" ?disabled=${!free || desk.busy} aria-label="${t('desk.call')} ${x.ticket}" @click=${() => question(desk, { kind: 'call', ticket: x.ticket })}>${t('desk.call')}</button>
${menu(desk, x)}`;
}

/** Everything else that can be done about a ticket. @param {any} desk @param {any} x */
const menu = (desk, x) => html`<button class="lk more" aria-haspopup="dialog" aria-label="${t('desk.more')} ${x.ticket}" @click=${() => question(desk, { kind: 'ticket', ticket: x.ticket })}>···</button>`;
