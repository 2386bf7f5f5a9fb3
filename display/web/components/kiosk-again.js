import { html } from '../vendor/lit.js';
import { t } from '../lib/texts.js';

/** Asks whether one more number is really wanted, as the hall asks back. @param {any} kiosk */
export function againDialog(kiosk) {
  const { what, say } = kiosk.s.again;
  const no = () => { kiosk.s.again = null; kiosk.draw(); };
  return html`<div class="shade"><div class="ask again-ask" role="dialog" aria-modal="true" aria-label=${say}>
<h2>${say}</h2><p>${t('kiosk.again_hint')}</p>
<div class="choices"><button class="no" @click=${no}>${t('kiosk.again_no')}</button><button class="more-one" @click=${() => kiosk.take(what, true)}>${t('kiosk.again_yes')}</button></div></div></div>`;
}
