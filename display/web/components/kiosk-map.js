import { html, svg } from '../vendor/lit.js';
import { first, placeOf, ranges } from '../lib/names.js';
import { t } from '../lib/texts.js';

const ROW = 16; // windows that fit side by side

/** A schematic of the floor: the row of windows, the wanted ones dark, and the way there. @param {any} state @param {string} kioskId @param {any} service */
export function floorMap(state, kioskId, service) {
  const wanted = new Set(service.windows || []);
  const target = first(state.windows, (/** @type {any} */ w) => wanted.has(w.id));
  if (!target) return '';
  const all = state.windows.filter((/** @type {any} */ w) => w.floor === target.floor);
  const at = all.indexOf(target);
  const from = Math.max(0, Math.min(at - 4, all.length - ROW));
  const shown = all.slice(from, from + ROW);
  const kiosk = first(state.kiosks, (/** @type {any} */ k) => k.id === kioskId);
  const here = !kiosk || String(kiosk.floor || '') === String(target.floor || '');
  return html`<svg class="map" viewBox="0 0 968 380" role="img" aria-label=${t('map.label', { place: placeOf(target), windows: ranges(service.windows) })}>
<rect x="2" y="2" width="964" height="376" rx="24" class="m-paper"/>${row(shown, wanted, service)}${way(shown, wanted, here ? t('map.here') : t('map.other_floor', { place: placeOf(target) }))}</svg>`;
}

/** The middle of the wanted windows and the width of one. @param {any[]} shown @param {Set<string>} wanted */
function geometry(shown, wanted) {
  const step = Math.min(112, 896 / shown.length);
  const left = 484 - (step * shown.length) / 2;
  const on = shown.map((w, i) => (wanted.has(w.id) ? i : -1)).filter((i) => i >= 0);
  return { step, left, on, middle: left + step * ((on[0] + on[on.length - 1] + 1) / 2) };
}

/** @param {any[]} shown @param {Set<string>} wanted @param {any} service */
function row(shown, wanted, service) {
  const { step, left, on, middle } = geometry(shown, wanted);
  const start = left + step * on[0];
  const x = Math.max(190, Math.min(778, middle));
  return svg`${shown.map((w, i) => svg`<rect x=${left + i * step + 4} y="40" width=${step - 8} height="70" rx="8" class=${wanted.has(w.id) ? 'm-on' : 'm-off'}></rect><text x=${left + (i + 0.5) * step} y="84" font-size=${step < 70 ? 26 : 34} text-anchor="middle" font-weight="700" class=${wanted.has(w.id) ? 'm-onword' : 'm-word'}>${w.id}</text>`)}
<rect x=${start} y="126" width=${step * (on[on.length - 1] - on[0] + 1)} height="10" rx="5" class="m-on"></rect><text x=${x} y="178" font-size="30" text-anchor="middle" font-weight="700" class="m-strong">${[placeOf(service), t('n_window', { n: ranges(service.windows) })].filter(Boolean).join(' ')}</text>`;
}

/** @param {any[]} shown @param {Set<string>} wanted @param {string} word */
function way(shown, wanted, word) {
  const { middle } = geometry(shown, wanted);
  const x = middle > 484 ? 300 : 560;
  const left = x + 40;
  return svg`<path d=${`M${x} 320 V250 H${middle} V200`} class="m-way"></path><circle cx=${x} cy="320" r="20" class="m-here"></circle><text x=${left} y="331" font-size="30" font-weight="700" class="m-ink">${word}</text>`;
}
