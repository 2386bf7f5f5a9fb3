// A ticket's trail: what happened, what the cameras saw of it, and who looked.
// It is asked for and not on the feed, which every window hears.
import { html, render } from '../vendor/lit.js';
import { aside } from '../components/trail-aside.js';
import { axis, lanes } from '../components/trail-lanes.js';
import { Player, controls, find, reason, stage } from '../components/trail-player.js';
import { send, subject } from '../lib/footage.js';
import { icon } from '../lib/icons.js';
import { lockWhenIdle } from '../lib/lock.js';
import { story } from '../lib/story.js';
import { language, loadTexts, nameOf, pageLanguage, t } from '../lib/texts.js';
import { clockSeconds, dayOf, inZone, stopwatch } from '../lib/times.js';

const EVERY = 10000;
const app = /** @type {HTMLElement} */ (document.getElementById('app'));
const [, , day, number] = location.pathname.split('/').map(decodeURIComponent);

const page = {
  /** @type {any} */
  ticket: null,
  /** @type {any} */
  hall: null,
  problem: '', // instead of everything
  said: '', // what the hall refused
  asking: '', // unmask, export, keep
};
const player = new Player(() => draw());

async function refresh() {
  if (document.hidden) return;
  try {
    const [ticket, state] = await Promise.all([ask(`/api/v1/tickets/${encodeURIComponent(day)}/${encodeURIComponent(number)}`), ask('/api/v1/state')]);
    const first = !page.ticket;
    [page.ticket, page.hall, page.problem] = [ticket, state.state, ''];
    inZone(ticket.timezone);
    if (player.clip) player.clip = ticket.clips.find((/** @type {any} */ c) => c.leg === player.clip.leg && c.camera === player.clip.camera && c.from === player.clip.from) || player.clip;
    if (first) player.at = beginning(ticket);
  } catch (e) {
    page.problem = page.ticket ? '' : String(/** @type {Error} */ (e).message);
  }
  draw();
}

/** @param {string} url */
async function ask(url) {
  const answer = await fetch(url, { cache: 'no-store', headers: { 'Accept-Language': language() } });
  const said = await answer.json();
  if (said.code === 'unknown_ticket') throw new Error(t('trail.unknown'));
  if (!answer.ok) throw new Error(said.say || t('desk.no_answer'));
  return said;
}

/** Where the playhead stands at first: at the first call, if there was one. @param {any} ticket */
function beginning(ticket) {
  const call = ticket.events.find((/** @type {any} */ e) => e.event === 'ticket.called');
  return call ? Date.parse(call.at) : axis(ticket).from;
}

const names = {
  service: (/** @type {string} */ id) => nameOf(page.hall.services.find((/** @type {any} */ s) => s.id === id)) || id,
  class: (/** @type {string} */ id) => nameOf((page.hall.classes || []).find((/** @type {any} */ s) => s.id === id)) || id,
  kiosk: (/** @type {string} */ id) => nameOf((page.hall.kiosks || []).find((/** @type {any} */ s) => s.id === id)) || id,
  // What keeps footage is written down in one language; while the alert lives it is known in all.
  alert: (/** @type {string} */ say) => (page.hall.alerts || []).find((/** @type {any} */ a) => a.say === say)?.says?.[language()] || say,
};
const camera = (/** @type {string} */ id) => (page.hall.cameras || []).find((/** @type {any} */ c) => c.id === id);

function move(/** @type {number} */ at) { player.move(at, page.ticket.clips); }

/** Does something that the hall may refuse. @param {() => Promise<void>} what */
async function attempt(what) {
  page.said = '';
  try {
    await what();
  } catch (e) {
    page.said = String(/** @type {Error} */ (e).message);
  }
  await refresh();
}

/** @param {HTMLFormElement} form */
const given = (form) => /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form)));

/** Somebody said why: the footage is shown. @param {HTMLFormElement} form */
function look(form) {
  return attempt(async () => {
    const here = find(page.ticket.clips, player.at, player.clip) || { clip: page.ticket.clips.find((/** @type {any} */ c) => c.films.length) };
    const about = subject(page.ticket, here.clip);
    const said = given(form);
    const result = await send({ type: 'footage_view', ...about, ...said });
    player.look = { ...about, ...said, ...result };
    const film = here.film || here.clip.films[0];
    player.at = Math.max(player.at, Date.parse(film.from));
    await player.show(here.clip, film);
  });
}

/** @param {HTMLFormElement} form */
function unmask(form) {
  return attempt(async () => {
    await send({ type: 'footage_view', purpose: 'unmask', ...subject(page.ticket, player.clip), ...given(form) });
    player.masked = false;
    page.asking = '';
  });
}

/** @param {HTMLFormElement} form */
function take(form) {
  return attempt(async () => {
    await send({ type: 'footage_export', ...subject(page.ticket, player.clip), ...given(form) });
    page.asking = '';
  });
}

/** @param {HTMLFormElement} form */
function keep(form) {
  return attempt(async () => {
    await send({ type: 'footage_keep', day: page.ticket.day, ticket: page.ticket.ticket, ...given(form) });
    page.asking = '';
  });
}

const confirm = (/** @type {any} */ l, /** @type {HTMLFormElement} */ form) => attempt(async () => { await send({ type: 'footage_confirm', look: l.look, ...given(form) }); });

function mask() {
  if (player.masked) page.asking = 'unmask';
  else player.masked = true;
  draw();
}

function draw() {
  if (!page.ticket) {
    render(html`<main class="waitload"><p role="alert">${page.problem}</p>${page.problem ? html`<a href="/trail">${t('trail.search')}</a>` : ''}</main>`, app);
    return;
  }
  document.title = `${t('trail.title')} ${page.ticket.ticket}`;
  const { ticket } = page;
  const events = story(ticket, names);
  render(html`${head()}<main>${course(events)}
<section class="mid" aria-label=${t('trail.picture')}>${stage({ player, ticket, camera, ask: look, unmask, asking: page.asking === 'unmask', stopAsking })}
${controls({ player, ticket, events, move, mask })}${lanes({ ticket, at: player.at, move })}</section>
${aside({ ticket, names, confirm, keep: () => { page.asking = 'keep'; draw(); }, problem: page.said })}</main>${dialog()}`, app);
  const open = /** @type {HTMLDialogElement|null} */ (document.querySelector('dialog'));
  if (open && !open.open) open.showModal();
}

function stopAsking() {
  page.asking = '';
  draw();
}

function head() {
  const can = page.ticket.clips.some((/** @type {any} */ c) => c.films.length);
  return html`<header><a href="/trail">${icon('back')}${t('trail.back')}</a><h1>${t('trail.title')}</h1><div class="r">${player.look ? html`<span>${t('trail.because')}<b>${player.look.reason}</b></span>` : ''}
${can ? html`<button @click=${() => { page.asking = 'export'; draw(); }}>${icon('dl')}${t('trail.export')}</button>` : ''}<button @click=${() => navigator.clipboard?.writeText(location.href)}>${icon('link')}${t('trail.copy')}</button></div></header>`;
}

function dialog() {
  if (page.asking !== 'export' && page.asking !== 'keep') return '';
  const [done, title, note] = page.asking === 'export' ? [take, t('trail.export'), `${t('trail.export_note')} ${t('trail.export_bare')}`] : [keep, t('trail.keep'), t('trail.keep_note')];
  return html`<dialog aria-label=${title} @close=${stopAsking}>${reason(done, title, note, title)}<button class="later" @click=${stopAsking}>${t('back')}</button></dialog>`;
}

/** The list of what happened. @param {any[]} events */
function course(events) {
  const { ticket } = page;
  const leg = ticket.legs.find((/** @type {any} */ l) => l.window) || ticket.legs[0];
  const chain = (page.hall.services.find((/** @type {any} */ s) => s.id === leg.service) || {}).chain || 'X';
  const long = stopwatch((events[events.length - 1].at - events[0].at) / 1000);
  const on = events.filter((e) => e.at <= player.at + 500).pop();
  return html`<section class="tl c${chain.toLowerCase()}" aria-label=${t('trail.course')}><div class="id"><b class="num">${ticket.ticket}</b><span class="pill">${names.service(leg.service)}</span></div>
<p>${dayOf(new Date(ticket.issued), language(), 'short')}${leg.window ? ` · ${t('window_no', { n: leg.window })}` : ''} · ${t('trail.whole', { time: long })}</p>
<ol>${events.map((e) => html`<li class="ev ${e.mood} ${e === on ? 'on' : ''}"><button @click=${() => move(e.at)} aria-current=${e === on ? 'step' : 'false'}><time class="num">${clockSeconds(e.at)}</time><i>${icon(e.icon)}</i><span><b>${e.title}</b>${e.detail ? html`<small>${e.detail}</small>` : ''}</span></button></li>`)}</ol></section>`;
}

await loadTexts(pageLanguage(), 'zh-CN');
lockWhenIdle();
Object.assign(window, { trail: { page, player } }); // for tests and for a look from the console
setInterval(refresh, EVERY);
document.addEventListener('visibilitychange', refresh);
refresh();
