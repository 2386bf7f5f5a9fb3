import { html, ref } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { language, t } from '../lib/texts.js';
import { clock } from '../lib/times.js';

const RANK = /** @type {Record<string, string>} */ ({ red: 'A', amber: 'B', teal: 'C' });
const SIGNS = /** @type {Record<string, string>} */ ({ printer: 'printer', camera: 'camoff', rating: 'star', keypad: 'keypad', board: 'text', speaker: 'mute', callbox: 'bell', window: 'clock' });
const CAUSES = ['cause.handled', 'cause.called', 'cause.service', 'cause.known', 'cause.false'];

/** What needs a person, and what was dealt with. Nothing leaves by itself. @param {any} board */
export function alerts(board) {
  const all = board.hall.state.alerts || [];
  const open = all.filter((/** @type {any} */ a) => !a.acknowledged).sort((/** @type {any} */ a, /** @type {any} */ b) => (RANK[a.level] || 'C').localeCompare(RANK[b.level] || 'C') || b.raised.localeCompare(a.raised));
  const done = all.filter((/** @type {any} */ a) => a.acknowledged);
  return html`<section class="pn alerting" aria-label=${t('manager.alerts')} tabindex="0"><h2>${t('manager.to_do', { n: open.length })}<span>${t('manager.dealt', { n: done.length })}</span></h2>
${open.length ? html`<ol class="alerts">${open.map((/** @type {any} */ a) => row(board, a))}</ol>` : html`<p class="calm">${icon('check')}${t('manager.nothing')}</p>`}
${done.length ? html`<h3 class="dn">${t('manager.just_done')}</h3><ul class="dl">${done.slice(0, 5).map((/** @type {any} */ a) => html`<li>${icon('check')}<span>${said(a)}</span><time class="num">${clock(a.acknowledged === true ? a.raised : a.acknowledged)}</time></li>`)}</ul>` : ''}</section>`;
}

/** The sentence of a warning in the language of the page. @param {any} a */
const said = (a) => String(a.says?.[language()] || a.say);

/** @param {any} board @param {any} a */
function row(board, a) {
  const kind = String(a.subject || '').split('/')[0];
  const count = a.count > 1 ? html` <small>×${a.count}</small>` : '';
  const [, title, rest] = /** @type {RegExpMatchArray} */ (said(a).match(/^([^：:，,]*)[：:，,]?\s*(.*)$/s));
  const window = a.window || (kind === 'window' ? a.subject.split('/')[1] : '');
  return html`<li class=${RANK[a.level] || 'C'}>${icon(a.level === 'red' ? 'warn' : SIGNS[kind] || 'info')}<b>${title}${count}</b><time class="num">${clock(a.raised)}</time>
${rest ? html`<p>${rest}</p>` : ''}<div>${a.stage ? html`<small>${t(`alert.stage.${a.stage}`)}</small>` : ''}${window ? html`<a href="/window/${window}">${t('manager.look')}</a>` : ''}<button class="pr" @click=${() => { board.asking = a; board.draw(); }}>${t('manager.acknowledge')}</button></div></li>`;
}

/** @param {Element|undefined} el */
function show(el) {
  const dialog = /** @type {HTMLDialogElement|undefined} */ (el);
  queueMicrotask(() => { if (dialog?.isConnected && !dialog.open) dialog.showModal(); });
}

/** An alert is acknowledged with its cause, so that the figures mean something later. @param {any} board */
export function askCause(board) {
  const close = () => { board.asking = null; board.draw(); };
  const send = async (/** @type {string} */ cause) => {
    const alert = board.asking.id;
    close();
    board.problem = '';
    try {
      await board.hall.command({ type: 'alert_ack', alert, cause });
    } catch (e) {
      board.problem = /** @type {any} */ (e).say || t('desk.no_answer');
    }
    board.draw();
  };
  const submit = (/** @type {Event} */ e) => {
    e.preventDefault();
    const cause = String(new FormData(/** @type {HTMLFormElement} */ (e.target)).get('cause') || '').trim();
    if (cause) send(cause);
  };
  return html`<dialog aria-labelledby="cause" ${ref(show)} @close=${close}><h2 id="cause">${said(board.asking)}</h2><p>${t('manager.why')}</p>
<div class="choices">${CAUSES.map((key) => html`<button @click=${() => send(t(key))}>${t(key)}</button>`)}</div>
<form @submit=${submit}><input name="cause" aria-label=${t('manager.own_cause')} placeholder=${t('manager.own_cause')} maxlength="120"><button class="pr">${t('manager.acknowledge')}</button></form>
<button class="no" @click=${close}>${t('desk.never_mind')}</button></dialog>`;
}
