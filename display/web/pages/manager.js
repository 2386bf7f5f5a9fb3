// The duty manager's overview: figures, cameras, windows, alerts, queues and
// devices on one screen.
import { html } from '../vendor/lit.js';
import { startPage, staleStrip } from '../lib/page.js';
import { hasEmulators } from '../lib/emulated.js';
import { t } from '../lib/texts.js';
import { head, figures } from '../components/manager-figures.js';
import { cameras } from '../components/manager-cameras.js';
import { strip } from '../components/manager-windows.js';
import { alerts, askCause } from '../components/manager-alerts.js';
import { devices, lanes } from '../components/manager-side.js';

const board = {
  hall: /** @type {any} */ (null),
  draw: () => {},
  /** @type {any} */ asking: null, // the alert whose cause is asked
  problem: '',
  emulated: false, // whether the page of emulated devices has something to show
  /** @type {Record<string, number[]>} */ history: {}, // one value a minute, for the small curves
};

/** @param {any} hall */
function view(hall) {
  board.hall = hall;
  return html`${staleStrip(hall)}${head(board)}<main>${figures(board)}${cameras(board)}${strip(board)}</main>
<aside aria-label=${t('manager.side')}>${alerts(board)}${lanes(board)}${devices(board)}</aside>
${board.asking ? askCause(board) : ''}${board.problem ? html`<div class="toast" role="alert">${board.problem}</div>` : ''}`;
}

startPage({ view, idle: () => !board.asking }).then(async ({ hall, draw }) => {
  board.hall = hall;
  board.draw = draw;
  board.emulated = await hasEmulators();
  draw();
});
