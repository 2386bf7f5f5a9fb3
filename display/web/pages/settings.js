// The hall file as versions: what is in force, what somebody proposes, and what
// was in force before. One person proposes a change, another puts it in force.
import { html, render } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { lockWhenIdle } from '../lib/lock.js';
import { language, loadTexts, pageLanguage, t } from '../lib/texts.js';
import { clock, dayOf, inZone } from '../lib/times.js';

/** @typedef {{hash: string, author: string, approver: string, note: string, at: string, failed?: string}} Version */
/** @typedef {{line: number, column: number, say: string}} Fault */

const app = /** @type {HTMLElement} */ (document.getElementById('app'));
const EVERY = 5000;
const page = {
  /** @type {any} what the hall says */ view: null,
  /** @type {any} who has signed in; null in an open hall */ me: null,
  editing: false,
  text: '',
  base: '',
  /** @type {{diff: string, faults: Fault[]} | null} */ checked: null,
  /** @type {{hash: string, text: string} | null} */ old: null,
  problem: '',
  /** @type {string} hash that the hall starts anew with */ starting: '',
  /** @type {{code: string, address: string, since: string}[]} screens that wait to be let in */ screens: [],
  /** @type {string[]} what a screen may be, "kiosk:k1" */ devices: [],
};
let checking = 0;

/** @param {string} method @param {string} path @param {any} [body] */
async function ask(method, path, body) {
  const answer = await fetch(`/api/v1/${path}`, { method, cache: 'no-store', headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
  return { ok: answer.ok, said: await answer.json() };
}

async function refresh() {
  try {
    const { ok, said } = await ask('GET', 'settings');
    if (!ok) throw new Error(said.code);
    page.view = said;
    if (page.starting && said.loaded === said.hash) {
      page.problem = said.hash === page.starting ? '' : t('settings.went_back', { why: said.versions[0]?.failed || '' });
      page.starting = '';
    }
    if (page.problem === t('settings.no_answer')) page.problem = '';
    if (page.me) page.screens = (await ask('GET', 'enrolments')).said.enrolments;
  } catch {
    if (!page.starting) page.problem = t('settings.no_answer');
  }
  draw();
}

function edit() {
  Object.assign(page, { editing: true, text: page.view.text, base: page.view.hash, checked: null, old: null, problem: '' });
  draw();
  const area = app.querySelector('textarea');
  area?.setSelectionRange(0, 0);
  area?.focus();
  area?.scrollTo(0, 0);
}

/** @param {Event} e */
function typed(e) {
  page.text = /** @type {HTMLTextAreaElement} */ (e.target).value;
  clearTimeout(checking);
  checking = setTimeout(check, 500);
}

async function check() {
  try {
    const { ok, said } = await ask('POST', 'settings/check', { text: page.text });
    page.checked = ok ? said : null;
  } catch { /* the next refresh says so */ }
  draw();
}

/** Sends a wish; what is wrong with it stays on the page. @param {string} method @param {string} path @param {any} body */
async function wish(method, path, body) {
  try {
    const { ok, said } = await ask(method, path, body);
    page.problem = ok ? '' : t(`settings.err.${said.code}`);
    if (said.faults) page.checked = { diff: page.checked?.diff || '', faults: said.faults };
    return ok;
  } catch {
    page.problem = t('settings.no_answer');
    return false;
  } finally {
    draw();
  }
}

/** @param {SubmitEvent} e */
async function propose(e) {
  e.preventDefault();
  const given = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (e.target)));
  if (await wish('PUT', 'settings/proposal', { ...given, text: page.text, base: page.base })) {
    page.editing = false;
    refresh();
  }
}

/** @param {SubmitEvent} e */
async function activate(e) {
  e.preventDefault();
  const given = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (e.target)));
  const { hash, author } = page.view.proposal;
  if (given.person === author) {
    page.problem = t('settings.err.second_person');
    draw();
    return;
  }
  if (await wish('POST', 'settings/activate', { ...given, hash })) page.starting = hash;
  draw();
}

async function withdraw() {
  await wish('DELETE', `settings/proposal/${page.view.proposal.hash}`, undefined);
  refresh();
}

/** @param {Version} v */
async function look(v) {
  const { ok, said } = await ask('GET', `settings/versions/${v.hash}`);
  page.problem = ok ? '' : t(`settings.err.${said.code}`);
  page.old = ok ? { hash: v.hash, text: said.text } : null;
  draw();
}

/** Goes to the place of a fault. @param {Fault} f */
function goTo(f) {
  const area = app.querySelector('textarea');
  if (!area || !f.line) return;
  const start = page.text.split('\n').slice(0, f.line - 1).join('\n').length + (f.line > 1 ? 1 : 0);
  area.focus();
  area.setSelectionRange(start + f.column - 1, start + (page.text.slice(start).split('\n', 1)[0] || '').length);
  area.scrollTop = (f.line - 6) * parseFloat(getComputedStyle(area).lineHeight);
}

const when = (/** @type {string} */ at) => `${dayOf(new Date(at), language(), 'short')} ${clock(at)}`;

/** @param {string} diff */
const changes = (diff) => html`<pre class="diff" tabindex="0" aria-label=${t('settings.changes')}>${diff.split('\n').slice(3).map((l) => html`<span class=${{ '+': 'add', '-': 'del', '@': 'at' }[l[0]] || ''}>${l}${'\n'}</span>`)}</pre>`;

/** Who it is, where nobody has signed in. */
const badge = () => (page.me ? '' : html`<label><span>${t('settings.person')}</span><input name="person" autocomplete="off" required maxlength="20"></label>`);

function proposal() {
  const p = page.view.proposal;
  if (!p) return '';
  const own = page.me && page.me.person === p.author;
  return html`<section class="pn waiting"><h2>${t('settings.waiting')}</h2><p class="who">${t('settings.by', { author: p.author, at: when(p.at) })}${p.note ? html` · ${p.note}` : ''}</p>${p.diff ? changes(p.diff) : html`<p>${t('settings.only_secret')}</p>`}
<form @submit=${activate}>${badge()}${own ? html`<p class="note">${t('settings.own')}</p>` : html`<button class="main" ?disabled=${!!page.starting}>${icon('check')}${t('settings.activate')}</button>`}<button type="button" @click=${withdraw}>${t('settings.withdraw')}</button></form><p class="note">${t('settings.restart')}</p></section>`;
}

function editor() {
  const { checked } = page;
  return html`<section class="pn editor"><h2>${t('settings.edit')} <small>${page.view.file}</small></h2><textarea spellcheck="false" aria-label=${page.view.file} .value=${page.text} @input=${typed}></textarea>
${checked?.faults.length ? html`<ul class="faults">${checked.faults.map((f) => html`<li><button type="button" @click=${() => goTo(f)}>${f.line ? html`<b class="num">${f.line}:${f.column}</b>` : icon('warn')}<span>${f.say}</span></button></li>`)}</ul>` : ''}${checked && !checked.faults.length ? html`<p class="good">${icon('check')}${checked.diff ? t('settings.good') : t('settings.same')}</p>` : ''}${checked?.diff ? changes(checked.diff) : ''}
<form @submit=${propose}>${badge()}<label class="wide"><span>${t('settings.note')}</span><input name="note" required maxlength="200" autocomplete="off"></label><button class="main" ?disabled=${!checked || !!checked.faults.length}>${t('settings.propose')}</button><button type="button" @click=${() => { page.editing = false; page.problem = ''; draw(); }}>${t('settings.cancel')}</button></form></section>`;
}

/** The file with the numbers of its lines. @param {string} name @param {string} text */
function file(name, text) {
  return html`<section class="pn file"><h2>${name}${page.old ? html`<button type="button" @click=${() => { page.old = null; draw(); }}>${t('settings.now')}</button>` : html`<button type="button" class="main" @click=${edit}>${t('settings.edit')}</button>`}</h2><ol class="text" tabindex="0" aria-label=${name}>${text.replace(/\n$/, '').split('\n').map((l) => html`<li><code>${l}</code></li>`)}</ol></section>`;
}

/** @param {SubmitEvent} e */
async function enrol(e) {
  e.preventDefault();
  const given = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (e.target)));
  await wish('POST', 'enrolments', given);
  refresh();
}

/** Screens that show a code and wait. */
function screens() {
  return page.screens.map((s) => html`<section class="pn waiting"><h2>${t('enrol.waiting')}</h2><p class="who">${t('enrol.from', { address: s.address, at: clock(s.since) })}</p><form @submit=${enrol}><label><span>${t('enrol.code')}</span><input name="code" inputmode="numeric" pattern="[0-9]{6}" required autocomplete="off"></label><label><span>${t('enrol.as')}</span><select name="device">${page.devices.map((d) => html`<option>${d}</option>`)}</select></label><button class="main">${t('enrol.let_in')}</button></form></section>`);
}

function versions() {
  const { view } = page;
  return html`<section class="pn"><h2>${t('settings.versions')}</h2>${view.versions.length ? html`<ul class="versions">${view.versions.map((/** @type {Version} */ v) => html`<li class=${v.failed ? 'failed' : ''}><button type="button" @click=${() => look(v)}><b class="num">${v.hash.slice(0, 8)}</b>${v.hash === view.loaded && !v.failed ? html`<em>${t('settings.in_force')}</em>` : ''}<span>${when(v.at)}</span><span>${v.note}</span><small>${t('settings.both', { author: v.author, approver: v.approver })}</small>${v.failed ? html`<small class="why">${t('settings.failed', { why: v.failed })}</small>` : ''}</button></li>`)}</ul>` : html`<p class="none">${t('settings.none')}</p>`}</section>`;
}

function draw() {
  const { view } = page;
  document.title = t('settings.title');
  if (!view) {
    render(html`<main><h1>${t('settings.title')}</h1><p class="problem" role="alert">${page.problem}</p></main>`, app);
    return;
  }
  render(html`<main><header><h1>${t('settings.title')}</h1><p>${t('settings.loaded', { file: view.file, hash: view.loaded.slice(0, 8) })}${view.loaded === view.hash ? '' : html` <b class="byhand">${t('settings.by_hand')}</b>`}</p><a href="/manager">${t('page.manager')}</a></header>
${page.starting ? html`<p class="good" role="status">${t('settings.starting')}</p>` : ''}${page.problem ? html`<p class="problem" role="alert">${page.problem}</p>` : ''}
<div class="cols"><div>${page.editing ? editor() : file(page.old ? page.old.hash.slice(0, 8) : view.file, page.old ? page.old.text : view.text)}</div><aside>${page.editing ? '' : [screens(), proposal()]}${versions()}</aside></div></main>`, app);
}

await loadTexts(pageLanguage(), 'zh-CN');
lockWhenIdle();
try {
  const [me, state] = await Promise.all([ask('GET', 'me'), ask('GET', 'state')]);
  page.me = me.said.person ? me.said : null;
  inZone(state.said.state.hall.timezone);
  page.devices = ['kiosk', 'wall'].flatMap((kind) => state.said.state[`${kind}s`].map((/** @type {any} */ x) => `${kind}:${x.id}`));
} catch { /* the first refresh says that nobody answers */ }
setInterval(() => { if (!page.editing || page.starting) refresh(); }, EVERY);
refresh();
