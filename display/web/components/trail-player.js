// The picture of a ticket's trail: asks why, then plays the ticket's stays at
// windows with their regions, masks, the hall's time and a watermark.
import { html, nothing } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { address, badge, beginning, covers } from '../lib/footage.js';
import { t } from '../lib/texts.js';
import { clockSeconds } from '../lib/times.js';

const SPEEDS = [1, 2, 4, 0.5];

/** One player a page: what it plays, and where it is. */
export class Player {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.at = 0; // the playhead, by the hall's clock, in milliseconds
    this.speed = 1;
    this.masked = true;
    this.playing = false;
    this.problem = '';
    this.ratio = 16 / 9;
    /** @type {any} */
    this.look = null;
    /** @type {any} */
    this.clip = null;
    /** @type {any} */
    this.film = null;
    this.start = 0; // of the film, by the hall's clock
    this.url = '';
  }

  /** @returns {HTMLVideoElement|null} */
  get video() { return document.querySelector('.vid video'); }

  /** Moves the playhead; the picture follows as far as there is one. @param {number} at @param {any[]} clips */
  move(at, clips) {
    this.at = at;
    const here = find(clips, at, this.clip);
    if (here && covers(this.look, here.clip, here.film)) this.show(here.clip, here.film);
    this.changed();
  }

  /** @param {any} clip @param {any} film */
  async show(clip, film) {
    const url = address(clip, film, this.look);
    if (url === this.url) {
      const { video } = this;
      if (video && this.start) video.currentTime = Math.max(0, (this.at - this.start) / 1000);
      return;
    }
    Object.assign(this, { clip, film, url, start: 0, problem: '' });
    try {
      const start = await beginning(url);
      if (this.url === url) this.start = start;
    } catch (e) {
      this.problem = String(/** @type {Error} */ (e).message);
    }
    this.changed();
  }

  /** A film is there: go to the playhead. */
  loaded() {
    const { video } = this;
    if (!video) return;
    if (video.videoWidth) this.ratio = video.videoWidth / video.videoHeight;
    video.currentTime = Math.max(0, (this.at - this.start) / 1000);
    video.playbackRate = this.speed;
    if (this.playing) video.play().catch(() => { this.playing = false; });
    this.changed();
  }

  /** The film went on. */
  tick() {
    const { video } = this;
    if (!video || video.seeking || !this.start) return;
    this.at = this.start + video.currentTime * 1000;
    this.changed();
  }

  toggle() {
    const { video } = this;
    if (!video || !this.start) return;
    this.playing = video.paused;
    if (video.paused) video.play().catch(() => { this.playing = false; });
    else video.pause();
    this.changed();
  }

  faster() {
    this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length];
    if (this.video) this.video.playbackRate = this.speed;
    this.changed();
  }
}

/** The film of a moment, of the clip in hand if it has one. @param {any[]} clips @param {number} at @param {any} preferred */
export function find(clips, at, preferred) {
  const all = clips.flatMap((clip) => clip.films.map((/** @type {any} */ film) => ({ clip, film })));
  const here = all.filter(({ film }) => Date.parse(film.from) <= at && at <= Date.parse(film.to));
  return here.find(({ clip }) => preferred && clip.camera === preferred.camera) || here[0] || null;
}

/**
 * @param {{player: Player, ticket: any, camera: (id: string) => any, ask: (form: HTMLFormElement) => void, unmask: (form: HTMLFormElement) => void, asking: boolean, stopAsking: () => void}} o
 */
export function stage(o) {
  const { player: p, ticket } = o;
  const films = ticket.clips.filter((/** @type {any} */ c) => c.films.length);
  if (!films.length) return html`<div class="vid none"><div class="why">${icon('camoff')}<p>${nothingThere(ticket)}</p></div></div>`;
  if (!p.look) return html`<div class="vid none">${reason(o.ask, t('trail.why'), t('trail.why_note'), t('trail.show'))}</div>`;
  return html`<div class="vid" style="--ratio:${p.ratio}">${p.start ? html`<video muted playsinline preload="auto" .src=${p.url} aria-label=${t('trail.film', { camera: p.clip.name })} @loadedmetadata=${() => p.loaded()} @timeupdate=${() => p.tick()}
@seeked=${() => p.tick()} @ended=${() => { p.playing = false; p.changed(); }} @error=${() => { p.problem = t('trail.no_film'); p.changed(); }}></video>` : ''}
${p.clip ? over(p, ticket, o.camera(p.clip.camera)) : html`<div class="why"><p>${t('trail.no_picture')}</p></div>`}
${p.problem ? html`<div class="why" role="alert"><p>${p.problem}</p></div>` : ''}
${o.asking ? html`<div class="why over">${reason(o.unmask, t('trail.unmask_why'), t('trail.unmask_note'), t('trail.unmask'))}<button class="later" @click=${o.stopAsking}>${t('back')}</button></div>` : nothing}</div>`;
}

/** What lies over the picture. @param {Player} p @param {any} ticket @param {any} camera */
function over(p, ticket, camera) {
  const r = p.clip.region;
  const box = (/** @type {any} */ m) => `left:${m.x * 100}%;top:${m.y * 100}%;width:${m.w * 100}%;height:${m.h * 100}%`;
  return html`${p.masked ? (camera?.masks || []).map((/** @type {any} */ m) => html`<div class="mask" style=${box(m)}></div>`) : ''}
${r ? html`<div class="box" style=${box(r)}><span>${ticket.ticket} · ${t('window_no', { n: p.clip.window })}</span></div>` : ''}
<span class="ov num">${t('window_no', { n: p.clip.window })} · ${p.clip.name}</span><span class="ov r num">${ticket.day} ${clockSeconds(p.at)}</span>
<span class="wm">${t('trail.watermark', { by: p.look.by })}</span>`;
}

/** A form that asks who and why. @param {(form: HTMLFormElement) => void} done @param {string} title @param {string} note @param {string} button */
export function reason(done, title, note, button) {
  return html`<form class="reason" @submit=${(/** @type {SubmitEvent} */ e) => { e.preventDefault(); done(/** @type {HTMLFormElement} */ (e.target)); }}>${icon('lock')}<h2>${title}</h2><p>${note}</p>
<label><span>${t('follow.by')}</span><input name="by" required maxlength="20" autocomplete="off" .value=${badge()}></label>
<label><span>${t('trail.reason')}</span><input name="reason" required maxlength="200" autocomplete="off" placeholder=${t('trail.reason_hint')}></label><button class="main">${button}</button></form>`;
}

/** Why there is no picture at all. @param {any} ticket */
function nothingThere(ticket) {
  if (!ticket.clips.length) return t('trail.no_camera');
  const states = ticket.clips.map((/** @type {any} */ c) => c.state);
  const gone = ticket.clips.find((/** @type {any} */ c) => c.state === 'expired');
  if (gone) return t('trail.clip.expired_on', { date: new Date(gone.expired).toLocaleDateString() });
  return t(`trail.clip.${states[0]}`);
}

/** The buttons below the picture. @param {{player: Player, ticket: any, events: any[], move: (at: number) => void, mask: () => void}} o */
export function controls({ player: p, ticket, events, move, mask }) {
  const end = Math.max(...events.map((e) => e.at));
  const before = events.filter((e) => e.at < p.at - 500).pop();
  const after = events.find((e) => e.at > p.at + 500);
  const call = events.find((e) => e.event === 'ticket.called');
  return html`<div class="ctl"><button aria-label=${t('trail.before')} ?disabled=${!before} @click=${() => before && move(before.at)}>${icon('back')}</button>
<button class="p" aria-label=${t(p.playing ? 'trail.pause' : 'trail.play')} ?disabled=${!p.start} @click=${() => p.toggle()}>${icon(p.playing ? 'pause' : 'play')}</button>
<button aria-label=${t('trail.after')} ?disabled=${!after} @click=${() => after && move(after.at)}>${icon('next')}</button><b class="num">${clockSeconds(p.at)}</b><span class="num">/ ${clockSeconds(end)}</span><span class="e"></span>
<button class="w num" aria-label=${t('trail.speed', { n: p.speed })} ?disabled=${!p.start} @click=${() => p.faster()}>${p.speed}×</button>
<button class="w" aria-pressed=${p.masked ? 'true' : 'false'} ?disabled=${!p.start} @click=${mask}>${t(p.masked ? 'trail.mask_on' : 'trail.mask_off')}</button>
<button class="w" ?disabled=${!call} @click=${() => call && move(call.at)}>${t('trail.to_call')}</button></div>
${ticket.clips.length > 1 ? html`<div class="clips" role="group" aria-label=${t('trail.clips')}>${ticket.clips.map((/** @type {any} */ c) => html`<button aria-pressed=${p.clip === c ? 'true' : 'false'} @click=${() => { p.clip = c; move(Math.max(Date.parse(c.from), Date.parse(c.films[0]?.from || c.from))); }}><b>${t('window_no', { n: c.window })}</b><span>${c.name}</span><span class="num">${clockSeconds(c.from)}</span>${c.state === 'recorded' ? '' : html`<em>${t(`trail.clip.${c.state}`)}</em>`}</button>`)}</div>` : ''}`;
}
