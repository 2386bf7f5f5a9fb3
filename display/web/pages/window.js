// The console of one window: who is here, who comes next, and the keys.
import { html } from '../vendor/lit.js';
import { own, startPage, staleStrip } from '../lib/page.js';
import { t } from '../lib/texts.js';
import { keep } from '../lib/evidence.js';
import { windowOf } from '../lib/names.js';
import { actions } from '../components/window-actions.js';
import { current } from '../components/window-current.js';
import { queue } from '../components/window-queue.js';
import { aside } from '../components/window-aside.js';
import { topBar, footBar } from '../components/window-bars.js';
import { ask } from '../components/window-ask.js';
import { keepItems } from '../lib/items.js';
import { listenKeys } from '../components/window-keys.js';
import { chooser, unknown } from '../components/chooser.js';

const desk = {
  id: own,
  hall: /** @type {any} */ (null),
  draw: () => {},
  tab: 'own',
  /** @type {any} */ asking: null, // the open question, if any
  problem: '',
  busy: false,
  keys: localStorage.getItem('lobby-keys') !== 'off',
  staff: localStorage.getItem('lobby-staff') || '',
  calledAt: 0, // when this page last called, by our clock
  /** This window as the hall knows it. */
  get window() { return windowOf(this.hall.state, this.id); },
};

/** @param {any} hall */
function view(hall) {
  desk.hall = hall;
  keep(hall.state);
  if (!desk.id) return chooser(t('page.window'), hall.state.windows.map((/** @type {any} */ w) => ({ href: `/window/${encodeURIComponent(w.id)}`, name: t('window_no', { n: w.id }), note: [w.name === t('window_no', { n: w.id }) ? '' : w.name, t(`window.${w.state}`), w.staff].filter(Boolean).join(' · ') })));
  if (!desk.window) return unknown('window', desk.id, hall.state.windows);
  document.title = `${desk.window.ticket || t(`window.${desk.window.state}`)} · ${t('window_no', { n: desk.id })}`;
  return html`${staleStrip(hall)}${topBar(desk)}${current(desk)}${queue(desk)}${aside(desk)}${footBar(desk)}${desk.asking ? ask(desk) : ''}
${desk.problem ? html`<div class="toast" role="alert">${desk.problem}<button @click=${() => { desk.problem = ''; desk.draw(); }}>${t('ok')}</button></div>` : ''}`;
}

/** The page may renew itself while nobody stands at the window. */
const idle = () => !desk.window || (['idle', 'closed', 'paused'].includes(desk.window.state) && !desk.asking);

startPage({ view, idle }).then(({ hall, draw }) => {
  desk.hall = hall;
  desk.draw = draw;
  listenKeys(desk, actions);
  keepItems(draw);
});
