import { html } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { t } from '../lib/texts.js';

/** The head of every second screen. @param {any} kiosk @param {string} title @param {string} note @param {() => void} [back] */
export function head(kiosk, title, note, back) {
  const go = back || (() => kiosk.go(kiosk.s.detail.kind === 'department' ? 'depts' : 'home'));
  return html`<header class="head2"><button class="bk" @click=${go}>${icon('back')}${t('back')}</button>
<h1>${title}<small>${note}</small></h1><button class="bk" @click=${() => kiosk.end()}>${icon('home')}${t('home')}</button></header>`;
}
