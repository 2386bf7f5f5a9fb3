// The kiosk: one citizen after another takes a number. Everything the citizen
// chose lives in one session object and is gone when the session ends.
import { html } from '../vendor/lit.js';
import { own, settings, staleStrip, startPage } from '../lib/page.js';
import { newId } from '../lib/hall.js';
import { keepItems } from '../lib/items.js';
import { canRead, onScreen, onVoices, read } from '../lib/aloud.js';
import { keepIn } from '../lib/keepin.js';
import { language, speak, t } from '../lib/texts.js';
import { againDialog } from '../components/kiosk-again.js';
import { home } from '../components/kiosk-home.js';
import { unknown } from '../components/chooser.js';
import { departments, serviceList } from '../components/kiosk-lists.js';
import { finder, progress } from '../components/kiosk-find.js';
import { rate } from '../components/kiosk-rate.js';
import { sheet } from '../components/kiosk-sheet.js';
import { done } from '../components/kiosk-done.js';
import { classDialog } from '../components/kiosk-class.js';
import { bar } from '../components/kiosk-bar.js';
import { away, note } from '../components/kiosk-trouble.js';

const IDLE = Number(settings.get('idle')) || 45; // seconds without a touch
const WARNING = Number(settings.get('warning')) || 15; // then seconds to say "I am here"
const DONE = Number(settings.get('done')) || 12; // the ticket stays on the screen

const kiosk = {
  id: own,
  hall: /** @type {any} */ (null),
  draw: () => {},
  s: fresh(),

  /** Goes to a screen. Every screen gets its own command id, so that two fast taps take one ticket. @param {string} screen @param {any} [detail] */
  go(screen, detail = {}) {
    if (this.s.busy) return;
    Object.assign(this.s, { screen, detail, page: 0, typed: '', takeId: newId(), problem: '', told: '', sheet: null, again: null });
    this.draw();
    window.scrollTo(0, 0);
  },

  /** Takes a ticket for a service or an item; `again` says that one more is really wanted. @param {{service?: string, item?: string}} what @param {boolean} [again] */
  take(what, again = false) {
    return this.issue({ type: 'take', ...what, class: this.s.class, ...(again ? { again } : {}) }, what);
  },

  /** Arrives a booking by its code: its number comes out. @param {string} code */
  checkIn(code) {
    return this.issue({ type: 'check_in', code }, {});
  },

  /** Sends a command that a number comes out of. @param {any} command @param {any} what it is for */
  async issue(command, what) {
    if (this.s.busy) return;
    const session = this.s;
    session.again = null;
    session.busy = true;
    session.problem = '';
    this.draw();
    try {
      const result = await this.hall.command({ ...command, kiosk: this.id, lang: language() }, session.takeId);
      session.busy = false;
      if (this.s !== session) return;
      session.taken = { ...result, ...what };
      session.until = Date.now() + (result.print === 'printed' || result.print === 'none' ? DONE : 60) * 1000;
      this.go('done');
    } catch (e) {
      session.busy = false;
      // Without an answer the ticket may exist: the same id asks for it again.
      if (/** @type {any} */ (e).code !== 'no_answer') session.takeId = newId();
      if (/** @type {any} */ (e).code === 'one_more') session.again = { what, say: /** @type {any} */ (e).say };
      else session.problem = /** @type {any} */ (e).say || t('kiosk.no_answer');
      this.draw();
    }
  },

  /** Reprint or keep a ticket that did not come out. @param {string} type */
  async ticketCommand(type) {
    const { taken } = this.s;
    if (this.s.busy || !taken) return;
    const session = this.s;
    session.busy = true;
    this.draw();
    try {
      const result = await this.hall.command({ type, ticket: taken.ticket });
      taken.print = type === 'keep' ? 'kept' : result.print || 'printed';
      taken.printer = result.printer || taken.printer;
      session.until = Date.now() + DONE * 1000;
    } catch (e) {
      session.problem = /** @type {any} */ (e).say || t('kiosk.no_answer');
    }
    session.busy = false;
    this.draw();
  },

  /** The session ends: the next citizen finds a fresh kiosk. */
  end() {
    this.s = fresh();
    speak('zh-CN');
    read('');
    document.body.classList.remove('big', 'low');
    document.documentElement.classList.remove('hc');
    this.draw();
  },

  /** @param {string} what */
  toggle(what) {
    const on = (this.s[what] = !this.s[what]);
    if (what === 'aloud') {
      this.s.read = '';
      if (!on) read('');
    }
    const place = what === 'hc' ? document.documentElement : document.body;
    place.classList.toggle(what, on);
    this.draw();
  },
};

/** @returns {any} */
function fresh() {
  return {
    screen: 'home', detail: {}, page: 0, class: 'normal', takeId: newId(), busy: false, problem: '', told: '',
    typed: '', sheet: null, taken: null, until: 0, touched: Date.now(), choosing: false, again: null,
    big: false, hc: false, low: false, aloud: false, read: '',
  };
}

const SCREENS = { home, list: serviceList, depts: departments, find: finder, progress, rate, done };

/** @param {any} hall */
function view(hall) {
  if (own && !hall.state.kiosks.some((/** @type {any} */ k) => k.id === own)) return unknown('kiosk', own, hall.state.kiosks.filter((/** @type {any} */ k) => k.screen !== false));
  const { s } = kiosk;
  const screen = SCREENS[/** @type {keyof typeof SCREENS} */ (s.screen)];
  aloud();
  if (hall.stale && !s.busy && s.screen !== 'done') return html`${away(kiosk)}${bar(kiosk)}`;
  return html`${staleStrip(hall)}${note(kiosk)}${s.sheet ? sheet(kiosk) : screen(kiosk)}${bar(kiosk)}
${s.choosing ? classDialog(kiosk) : ''}${s.again ? againDialog(kiosk) : ''}${warning()}
${s.problem ? html`<div class="toast" role="alert">${s.problem}<button @click=${() => { s.problem = ''; kiosk.draw(); }}>${t('ok')}</button></div>` : ''}
${s.told && !s.problem ? html`<div class="toast told" role="status">${s.told}<button @click=${() => { s.told = ''; kiosk.draw(); }}>${t('ok')}</button></div>` : ''}
${s.busy ? html`<div class="busy" role="status"><b>${t('kiosk.printing')}</b></div>` : ''}`;
}

/** Reads a screen once, when it has been drawn and is another one than the last. */
function aloud() {
  const { s } = kiosk;
  if (!s.aloud || !canRead()) return;
  const shown = JSON.stringify([s.screen, s.detail, s.page, s.choosing, s.busy, s.sheet?.name, s.sheet?.page, s.again?.say, s.problem, s.taken?.ticket, language()]);
  if (s.read === shown) return;
  s.read = shown;
  requestAnimationFrame(() => read(s.problem || (s.screen === 'done' && !s.again ? said(s.taken) : onScreen())));
}

/** What is said of a ticket; its number is said letter by letter. @param {any} taken */
const said = (taken) => t(taken.print === 'failed' ? 'kiosk.said_failed' : 'kiosk.said', { number: Array.from(taken.ticket).join(' '), n: taken.ahead ?? 0 });

function warning() {
  const left = Math.ceil(IDLE + WARNING - (Date.now() - kiosk.s.touched) / 1000);
  if (pristine() || kiosk.s.screen === 'done' || left > WARNING) return '';
  return html`<div class="shade"><div class="ask" role="alertdialog" aria-label=${t('kiosk.still_there')}>
<h2>${t('kiosk.still_there')}</h2><p>${t('kiosk.returning', { n: Math.max(0, left) })}</p>
<button class="yes" @click=${() => { kiosk.s.touched = Date.now(); kiosk.draw(); }}>${t('kiosk.i_am_here')}</button></div></div>`;
}

/** Whether nobody has touched anything since the last session. */
function pristine() {
  const { s } = kiosk;
  return s.screen === 'home' && !s.told && language() === 'zh-CN' && !s.big && !s.hc && !s.low && !s.aloud && !s.choosing && !s.again && s.class === 'normal';
}

/** Ends sessions that nobody is in any more. */
function tick() {
  const { s } = kiosk;
  if (s.busy) return;
  if (s.screen === 'done') {
    if (Date.now() > s.until) kiosk.end();
  } else if (!pristine() && Date.now() - s.touched > (IDLE + WARNING) * 1000) {
    kiosk.end();
  }
}

addEventListener('pointerdown', () => {
  const left = IDLE * 1000 - (Date.now() - kiosk.s.touched);
  if (left > 0) kiosk.s.touched = Date.now();
}, true);
addEventListener('keydown', () => { kiosk.s.touched = Date.now(); }, true);

let following = false; // a kiosk without a scanner is never asked

/** Follows the kiosk's scanner until the page ends. */
async function followScanner() {
  following = true;
  const path = `/api/v1/kiosks/${encodeURIComponent(kiosk.id)}/scan`;
  let after = /** @type {number | null} */ (null);
  for (;;) {
    try {
      const answer = await fetch(`${path}?lang=${language()}${after === null ? '' : `&after=${after}`}`, { cache: 'no-store' });
      if (answer.status === 200) {
        const scan = await answer.json();
        if (after !== null) scanned(scan);
        after = scan.n;
      } else if (answer.status !== 204) {
        await new Promise((again) => { setTimeout(again, 2000); });
      }
    } catch {
      await new Promise((again) => { setTimeout(again, 2000); });
    }
  }
}

/** Shows what came of a code. It never interrupts a number that is being taken. @param {any} scan */
function scanned(scan) {
  const { s } = kiosk;
  s.touched = Date.now();
  if (s.busy) return;
  if (scan.ticket) {
    kiosk.go('progress');
    s.typed = scan.ticket;
  } else if (scan.taken) {
    s.taken = scan.taken;
    s.until = Date.now() + DONE * 1000;
    kiosk.go('done');
  } else if (scan.card) {
    s.told = t('kiosk.card_read');
  } else {
    s.problem = scan.refusal?.say || t(`kiosk.scan_${scan.problem}`);
  }
  kiosk.draw();
}

keepIn();
startPage({ view, screen: 'kiosk', idle: pristine, languages: ['zh-CN', 'zh-TW', 'en'] }).then(({ hall, draw }) => {
  kiosk.hall = hall;
  kiosk.draw = draw;
  keepItems(draw);
  onVoices(draw);
  setInterval(tick, 500);
  hall.addEventListener('change', () => {
    const kiosks = hall.state?.kiosks || [];
    if (!following && kiosks.some((/** @type {any} */ k) => k.id === kiosk.id && k.scanner)) followScanner();
    if (!kiosk.id && kiosks.length) location.replace(`/kiosk/${encodeURIComponent(kiosks[0].id)}`);
  });
});
