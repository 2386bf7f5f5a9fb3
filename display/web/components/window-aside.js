import { html } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { first, stateWord } from '../lib/names.js';
import { language, t } from '../lib/texts.js';
import { kept } from '../lib/evidence.js';
import { papers } from './window-papers.js';

const SIGNS = /** @type {Record<string, string>} */ ({ keypad: 'keypad', board: 'text', speaker: 'sound', callbox: 'bell', camera: 'cam', printer: 'printer', panel: 'text' });

/** The right column: today, the ratings as totals only, and the devices. @param {any} desk */
export function aside(desk) {
  const w = desk.window;
  const ratings = w.ratings || {};
  const count = [1, 2, 3, 4, 5].reduce((n, k) => n + (ratings[k] || 0), 0);
  const good = (ratings[5] || 0) + (ratings[4] || 0) + (ratings[3] || 0);
  return html`<aside aria-label=${t('desk.today')}><div class="card"><h3>${t('desk.today')}</h3><div class="g3"><div><b class="num">${w.done ?? 0}</b><span>${t('desk.done')}</span></div>
<div><b class="num">${count}</b><span>${t('desk.rated')}</span></div><div><b class="num">${count ? `${Math.round((100 * good) / count)}%` : '—'}</b><span>${t('desk.satisfied')}</span></div></div></div>
${count ? html`<div class="card"><h3>${t('desk.ratings', { n: count })}</h3>${[5, 4, 3, 2, 1].map((k) => html`<div class="rt"><span>${t(`rating.${k}`)}</span><i><u style="width:${(100 * (ratings[k] || 0)) / count}%"></u></i><b class="num">${ratings[k] || 0}</b></div>`)}</div>` : ''}
${papers(desk)}${devices(desk, w)}${evidence()}</aside>`;
}

/** The checkpoint that this machine keeps, as a file. */
function evidence() {
  const k = kept();
  if (!k) return '';
  return html`<p class="evidence"><a download=${`${k.hall}-${k.size}.checkpoint`} href=${`data:text/plain;charset=utf-8,${encodeURIComponent(k.note)}`} title=${t('desk.checkpoint_why')}>${t('desk.checkpoint', { n: k.size })}</a></p>`;
}

/** @param {any} desk @param {any} w */
function devices(desk, w) {
  const { state } = desk.hall;
  const ids = Object.entries(w.devices || {}).filter(([, id]) => id);
  if (!ids.length) return '';
  return html`<div class="card"><h3>${t('desk.devices')}</h3><div class="dev">${ids.map(([kind, id]) => {
    const d = first(state.devices, (/** @type {any} */ x) => x.id === id) || first(state.cameras, (/** @type {any} */ x) => `camera/${x.id}` === id) || { state: 'unknown' };
    return html`<div title=${d.effects?.[language()] || d.effect || d.whys?.[language()] || d.why || ''}>${icon(SIGNS[kind] || 'info')}${t(`device.kind.${kind}`)}<span class=${d.state === 'up' || d.state === 'live' ? '' : 'b'}>${stateWord('device', d.state)}</span></div>`;
  })}</div></div>`;
}
