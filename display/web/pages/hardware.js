// The emulated devices as they would stand in the hall: paper that comes out,
// signs that glow, keys that can be pressed, and switches that break things.
import { html, repeat } from '../vendor/lit.js';
import { startPage, staleStrip } from '../lib/page.js';
import { icon } from '../lib/icons.js';
import { nameOf, t } from '../lib/texts.js';
import { clockSeconds } from '../lib/times.js';
import { printer } from '../components/bench-printer.js';
import { boards } from '../components/bench-board.js';
import { callboxes } from '../components/bench-callbox.js';
import { scanners } from '../components/bench-scanner.js';
import { speaker } from '../components/bench-speaker.js';
import { keypads } from '../components/bench-keypad.js';
import { pins } from '../components/bench-pin.js';
import { cameraBench } from '../components/bench-camera.js';

const EVERY = 500; // milliseconds between two looks
const ORDER = ['printer', 'speaker', 'callbox', 'scanner', 'reader', 'camera', 'board', 'keypad', 'output', 'paper', 'panel'];

const bench = {
  hall: /** @type {any} */ (null),
  /** @type {any[]|null} */ emulators: null,
  lost: false,
  problem: '',
  /** @type {Record<string, string>} */ digits: {}, // typed before a key, by unit
  draw: () => {},

  /** @param {string} id @param {string} unit @param {string} key @param {string} [digits] */
  press(id, unit, key, digits = '') { return this.post(id, 'press', { unit, key, digits }); },

  /** @param {string} id @param {string} fault @param {boolean} on */
  fault(id, fault, on) { return this.post(id, 'faults', { fault, on }); },

  /** @param {string} id @param {string} what @param {any} body */
  async post(id, what, body) {
    this.problem = '';
    try {
      const answer = await fetch(`/api/v1/emulators/${address(id)}/${what}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
      if (!answer.ok) this.problem = (await answer.json().catch(() => ({}))).say || t('bench.refused');
    } catch {
      this.problem = t('kiosk.no_answer');
    }
    look();
  },
};

/** @param {string} id */
const address = (id) => id.split('/').map(encodeURIComponent).join('/');

let looking = false;

/** Looks at all devices, unless nobody looks at the page. */
async function look() {
  if (document.hidden || looking) return;
  looking = true;
  try {
    const answer = await fetch('/api/v1/emulators', { cache: 'no-store' });
    if (answer.status === 404) bench.emulators = [];
    else if (answer.ok) bench.emulators = (await answer.json()).emulators || [];
    bench.lost = !answer.ok && answer.status !== 404;
  } catch {
    bench.lost = true;
  }
  looking = false;
  bench.draw();
}

const VIEWS = /** @type {Record<string, (bench: any, e: any) => unknown>} */ ({ printer, board: boards, callbox: callboxes, scanner: scanners, reader: scanners, speaker, keypad: keypads, camera: cameraBench, output: pins, paper: pins, panel: pins });

/** @param {any} hall */
function view(hall) {
  bench.hall = hall;
  return html`${staleStrip(hall)}<header><h1>${t('page.hardware')}</h1><span>${nameOf(hall.state.hall)}</span><nav aria-label=${t('manager.pages')}><a href="/">${t('page.index')}</a><a href="/manager">${t('page.manager')}</a></nav>
<span class="chip ${bench.lost ? 'bad' : ''}" role="status"><i class="lv"></i>${bench.lost ? t('feed.down') : t('manager.live')} · <span class="num">${clockSeconds(hall.now())}</span></span></header>
<p class="intro">${t('bench.intro')}</p>${bench.problem ? html`<p class="problem" role="alert">${icon('warn')}${bench.problem}</p>` : ''}
<main>${content()}</main>`;
}

function content() {
  if (!bench.emulators) return html`<p class="none">${t('feed.connecting')}</p>`;
  if (!bench.emulators.length) return html`<p class="none">${t('bench.none')}</p>`;
  const known = bench.emulators.filter((e) => VIEWS[e.kind]);
  known.sort((a, b) => Number(wide(a)) - Number(wide(b)) || ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  return repeat(known, (e) => e.id, (e) => html`<section class="dev ${e.kind} ${wide(e) ? 'wide' : ''}" aria-label="${t(`device.kind.${e.kind}`)} ${e.id}"><h2>${icon(SIGNS[e.kind])}${t(`device.kind.${e.kind}`)}<small>${e.id}</small></h2>${VIEWS[e.kind](bench, e)}${faults(e)}</section>`);
}

const SIGNS = /** @type {Record<string, string>} */ ({ printer: 'printer', board: 'text', callbox: 'bell', scanner: 'search', reader: 'idcard', speaker: 'sound', keypad: 'star', camera: 'cam', output: 'bell', paper: 'printer', panel: 'bell' });

/** A wire with many units takes the whole width. @param {any} e */
const wide = (e) => (e.view?.units || []).length > 4;

/** The switches that break things. @param {any} e */
function faults(e) {
  const list = Object.entries(e.faults || {}).sort(([a], [b]) => a.localeCompare(b));
  if (!list.length) return '';
  return html`<div class="faults" role="group" aria-label=${t('bench.faults')}><span>${t('bench.faults')}</span>${list.map(([name, on]) => html`<button role="switch" aria-checked=${String(Boolean(on))} @click=${() => bench.fault(e.id, name, !on)}><i></i>${faultName(name)}</button>`)}</div>`;
}

/** The word for a fault, behind the unit that has it; a fault without one shows its own name. @param {string} name */
function faultName(name) {
  const at = name.lastIndexOf('/') + 1;
  const own = name.slice(at);
  const word = t(`fault.${own}`);
  return [name.slice(0, Math.max(0, at - 1)), word.startsWith('fault.') ? own.replaceAll('_', ' ') : word].filter(Boolean).join(' ');
}

startPage({ view }).then(({ hall, draw }) => {
  bench.hall = hall;
  bench.draw = draw;
  setInterval(look, EVERY);
  document.addEventListener('visibilitychange', look);
  look();
});
