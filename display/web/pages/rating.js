// The page of a soft keypad: one window's citizen rates one service. The keypad
// program behind it keeps the press, signs it and sends it; this page knows only
// what the keys show.
import { html, render } from '../vendor/lit.js';
import { face, LEVELS } from '../lib/faces.js';
import { icon } from '../lib/icons.js';
import { ridges } from '../lib/ridges.js';
import { language, loadTexts, nameOf, speak, t } from '../lib/texts.js';

const LANGUAGES = ['zh-CN', 'zh-TW', 'en'];
const HILLS = ridges(1024, 180, 3, '#0a5a5e', 3);
const app = /** @type {HTMLElement} */ (document.getElementById('app'));
/** @type {any} */
let pad = {};
let connected = false;
/** The bad level that waits for its reasons; 0 for none. */
let level = 0;
/** @type {Set<string>} */
let chosen = new Set();
let refused = '';
/** Nonce of the question that was answered here, whose keys stay dark. */
let answered = '';

const asks = () => Boolean(pad.prompt) && pad.prompt !== answered;

function draw() {
  render(html`<main style="background-image:${HILLS}">${head()}${body()}${foot()}</main>`, app);
}

function head() {
  if (!asks()) return html`<header></header>`;
  return html`<header><span class="w num">${t('window_no', { n: pad.window })}</span>${pad.staff ? html`<span>${t('rate.staff', { staff: pad.staff })}</span>` : ''}<span><b class="num">${pad.ticket}</b>${pad.service ? ` · ${pad.service}` : ''}</span></header>`;
}

function body() {
  if (!connected) return message('away', t('rate.away'), t('rate.away_hint'));
  if (refused) return message('away', refused, '');
  if (asks()) return level ? reasons() : levels();
  if (pad.thanked || answered) return html`<div class="middle" role="status">${icon('check')}<h1>${t('rate.thanks')}</h1><p class="sub">${t('rate.thanks_hint')}</p></div>`;
  return message('idle', t('rate.idle'), pad.online ? '' : t('rate.offline'));
}

/** @param {string} kind @param {string} word @param {string} hint */
const message = (kind, word, hint) => html`<div class="middle ${kind}" role="status"><h1>${word}</h1><p class="sub">${hint}</p></div>`;

const levels = () => html`<h1>${t('rate.please')}</h1><p class="sub">${t('rate.secret')}</p>
<div class="levels" role="group" aria-label=${t('rate.please')}>${LEVELS.map((l) => html`<button style="--k:${l.ink}" @click=${() => touch(l.level)}>${face(l.mouth, l.ink)}<span>${t(`rating.${l.level}`)}</span><small>${t('rate.key', { n: l.level })}</small></button>`)}</div>`;

/** The reasons that the hall's standard has for a level. @param {number} n @returns {any[]} */
const offered = (n) => (pad.reasons || []).filter((/** @type {any} */ r) => r.level === n);

const reasons = () => html`<h1>${t('rate.why')}</h1><p class="sub">${t('rate.why_hint')}</p>
<div class="reasons" role="group" aria-label=${t('rate.why')}>${offered(level).map((r) => html`<button aria-pressed=${chosen.has(r.code)} @click=${() => choose(r.code)}>${nameOf(r)}</button>`)}</div>
<div class="send"><button @click=${() => send(level, [])}>${t('rate.skip')}</button><button class="main" @click=${() => send(level, [...chosen])}>${t('rate.send')}</button></div>`;

function foot() {
  const next = LANGUAGES[(LANGUAGES.indexOf(language()) + 1) % LANGUAGES.length];
  const names = { 'zh-CN': '简体中文', 'zh-TW': '繁體中文', en: 'English' };
  return html`<footer><span>${asks() ? t('rate.closes', { n: pad.left }) : ''}</span><button lang=${next} @click=${() => { speak(next); draw(); }}>${names[/** @type {'en'} */ (next)]}</button></footer>`;
}

/** A finger on a level; where the hall asks for reasons, they come first. @param {number} n */
function touch(n) {
  if (!asks() || level) return;
  if (!offered(n).length) send(n, []);
  else level = n;
  draw();
}

/** @param {string} code */
function choose(code) {
  if (!chosen.delete(code)) chosen.add(code);
  draw();
}

/** Hands the press to the keypad, which answers once it is kept. @param {number} n @param {string[]} why */
async function send(n, why) {
  const prompt = pad.prompt;
  level = 0;
  chosen = new Set();
  answered = prompt; // one press for one question, whatever happens to it
  draw();
  try {
    const answer = await fetch('/keypad/press', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ level: n, reasons: why, prompt }) });
    if (!answer.ok) throw new Error(await answer.text());
  } catch {
    refused = t('rate.lost');
    answered = '';
  }
  draw();
}

/** What the keypad shows now. @param {any} state */
function show(state) {
  if (state.prompt !== pad.prompt) {
    level = 0;
    chosen = new Set();
    refused = '';
    if (state.prompt) {
      speak('zh-CN');
      answered = '';
    }
  }
  pad = state;
  // A bad level was touched and the time is almost over: it counts as it is.
  if (level && pad.left <= 1) send(level, [...chosen]);
  if (!pad.prompt && !pad.thanked) setTimeout(() => { answered = ''; draw(); }, 4000);
}

function follow() {
  const source = new EventSource('/keypad/state');
  source.onmessage = (e) => {
    connected = true;
    show(JSON.parse(e.data));
    draw();
  };
  source.onerror = () => {
    connected = false;
    draw();
  };
}

document.addEventListener('keydown', (e) => { if (/^[1-5]$/.test(e.key) && !e.repeat) touch(Number(e.key)); });
await loadTexts(...LANGUAGES);
follow();
draw();
