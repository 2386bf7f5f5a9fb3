import { html } from '../vendor/lit.js';
import { nameOf, t } from '../lib/texts.js';

/** Asks which kind of ticket is wanted. Priority is not announced later; here it is chosen. @param {any} kiosk */
export function classDialog(kiosk) {
  const choose = (/** @type {string} */ id) => () => {
    Object.assign(kiosk.s, { class: id, choosing: false });
    kiosk.draw();
  };
  return html`<div class="shade"><div class="ask" role="dialog" aria-modal="true" aria-label=${t('kiosk.priority')}>
<h2>${t('kiosk.priority')}</h2><p>${t('kiosk.priority_hint')}</p>
<div class="choices">${kiosk.hall.state.classes.map((/** @type {any} */ c) => html`<button aria-pressed=${String(kiosk.s.class === c.id)} @click=${choose(c.id)}>${nameOf(c)}</button>`)}</div>
</div></div>`;
}
