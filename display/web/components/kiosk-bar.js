import { html } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { canRead } from '../lib/aloud.js';
import { language, speak, t } from '../lib/texts.js';

const LANGUAGES = [['zh-CN', '简体中文'], ['zh-TW', '繁體'], ['en', 'English']];

/** The bar at the foot of the kiosk: languages and help for the eyes and for reach. @param {any} kiosk */
export function bar(kiosk) {
  const choose = (/** @type {string} */ lang) => () => { speak(lang); kiosk.draw(); };
  const eye = (/** @type {string} */ what, /** @type {string} */ sign, /** @type {string} */ word) => html`<button
    aria-pressed=${String(kiosk.s[what])} @click=${() => kiosk.toggle(what)}>${icon(sign)}${word}</button>`;
  return html`<footer class="bar"><div class="seg" role="group" aria-label="语言 Language">${LANGUAGES.map(([lang, word]) => html`<button
    lang=${lang} aria-pressed=${String(language() === lang)} @click=${choose(lang)}>${word}</button>`)}</div>
  ${eye('big', 'text', t('kiosk.big'))}${eye('hc', 'contrast', t('kiosk.contrast'))}${canRead() ? eye('aloud', 'sound', t('kiosk.aloud')) : ''}${eye('low', 'wheel', t('kiosk.low'))}</footer>`;
}
