import { html } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { lock, lockable } from '../lib/lock.js';
import { placeOf } from '../lib/names.js';
import { t } from '../lib/texts.js';
import { clock } from '../lib/times.js';
import { keyName } from './window-keys.js';
import { actions, plain, question } from './window-actions.js';

/** @param {any} desk */
export function topBar(desk) {
  const { hall, window: w } = desk;
  const paused = w.state === 'paused';
  return html`<header><span class="w num">${w.id}</span><b>${w.name || t('window_no', { n: w.id })}</b><span class="place">${placeOf(w)}</span><span class="sp"></span>
<span class="st" role="status"><span class="dot ${hall.up ? '' : 'off'}"></span>${hall.up ? t('feed.up') : t('feed.down')}${hall.outbox.open.size && !hall.up ? ` · ${t('desk.on_the_way', { n: hall.outbox.open.size })}` : ''}</span>
${w.state === 'closed' ? '' : html`<button class="hb" aria-haspopup="dialog" @click=${() => actions.more(desk)}>${t('desk.more')} ${desk.keys ? html`<kbd>${keyName('more')}</kbd>` : ''}</button>
<button class="hb" @click=${() => actions.pause(desk)}>${icon(paused ? 'play' : 'pause')}${paused ? t('desk.resume') : t('desk.pause')} ${desk.keys ? html`<kbd>${keyName('pause')}</kbd>` : ''}</button>
<button class="hb" @click=${() => plain(desk, { type: w.state === 'draining' ? 'window_close' : 'window_drain' })}>${t(w.state === 'draining' ? 'desk.close' : 'desk.drain')}</button>`}
${w.staff ? html`<span class="st">${icon('user')}${w.staff}</span>` : ''}${lockable() ? html`<button class="hb" title=${t('lock.now')} aria-label=${t('lock.now')} @click=${lock}>${icon('lock')}</button>` : ''}<span class="num now">${clock(hall.now())}</span></header>`;
}

/** @param {any} desk */
export function footBar(desk) {
  const pad = [['Enter', t('desk.key_next')], ['+', t('desk.recall')], ['*', t('desk.arrive')], ['−', t('desk.no_show')], ['/', t('desk.transfer')]];
  return html`<footer>${desk.keys ? html`<span>${t('desk.pad')}</span>${pad.map(([k, word]) => html`<span><kbd>${k}</kbd> ${word}</span>`)}` : ''}
<button class="l" aria-haspopup="dialog" @click=${() => question(desk, { kind: 'keys' })}>${t(desk.keys ? 'desk.keys_on' : 'desk.keys_off')}</button></footer>`;
}
