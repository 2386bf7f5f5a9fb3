// The dialog in which the keys of the console are changed or switched off.
import { html } from '../vendor/lit.js';
import { t } from '../lib/texts.js';
import { chooseKey, keyName, keyed, usualKeys } from './window-keys.js';

const WORDS = /** @type {Record<string, string>} */ ({ next: 'desk.next', recall: 'desk.recall', arrive: 'desk.arrive', noShow: 'desk.no_show', transfer: 'desk.transfer', hold: 'desk.hold', pause: 'desk.pause', invite: 'desk.invite', finish: 'desk.finish', undo: 'desk.undo', more: 'desk.more' });

/** @param {any} desk @param {any} q */
export function keyDialog(desk, q) {
  const press = (/** @type {string} */ action) => (/** @type {KeyboardEvent} */ e) => {
    if (q.changing !== action || e.code === 'Tab') return;
    e.preventDefault();
    e.stopPropagation();
    if (/^(Alt|Shift|Control|Meta)/.test(e.code)) return; // the key itself comes next
    q.taken = e.code !== 'Escape' && !chooseKey(action, e);
    if (!q.taken) q.changing = '';
    desk.draw();
  };
  return html`<label class="keep"><input type="checkbox" .checked=${desk.keys} @change=${() => switchKeys(desk)}>${t('keys.use')}</label>
<div class="keylist">${keyed.map((action) => html`<button aria-pressed=${String(q.changing === action)} @keydown=${press(action)} @click=${() => { q.changing = action; q.taken = false; desk.draw(); }}>
<span>${t(WORDS[action])}</span><kbd>${q.changing === action ? t('keys.press') : keyName(action) || t('keys.none')}</kbd></button>`)}</div>
<p class="hintline" role="status">${t(q.taken ? 'keys.taken' : 'keys.hint')}</p><button class="no" @click=${() => { usualKeys(); q.changing = ''; desk.draw(); }}>${t('keys.usual')}</button>`;
}

/** @param {any} desk */
export function switchKeys(desk) {
  desk.keys = !desk.keys;
  localStorage.setItem('lobby-keys', desk.keys ? 'on' : 'off');
  desk.draw();
}
