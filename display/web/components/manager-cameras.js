// The camera wall: tiles that can be arranged, one of them large, and one of
// them in full view on demand.
import { html, nothing, repeat } from '../vendor/lit.js';
import { arranged, load, moved, save } from '../lib/arrangement.js';
import { icon } from '../lib/icons.js';
import { language, t } from '../lib/texts.js';
import { fullView } from './camera-full.js';
import './hall-camera.js';

const FIT = 9; // tiles without scrolling; more than that scroll

const RANK = /** @type {Record<string, number>} */ ({ red: 0, amber: 1 });

const wall = {
  order: load(),
  active: '', // the tile that Tab leads to
  full: '', // the camera in full view
  said: '', // what was moved, for those who do not see it
  /** @type {{id: string, el: HTMLElement, x: number, y: number, lifted: boolean}|null} */
  drag: null,
};

/** The camera wall. The camera of the gravest alert is shown large. @param {any} board */
export function cameras(board) {
  const all = board.hall.state.cameras || [];
  if (!all.length) return html`<section class="cams empty" aria-label=${t('manager.cameras')}><p>${icon('camoff')}${t('manager.no_cameras')}</p></section>`;
  const alerts = alertsByCamera(board.hall.state);
  const shown = order(all, alerts);
  if (!shown.includes(wall.active)) [wall.active] = shown;
  const w = events(board, shown);
  return html`<section class="cams n${shown.length > FIT ? 'more' : shown.length}" aria-label=${t('manager.cameras')} @keydown=${w.key} @dblclick=${w.open}
@pointerdown=${w.grab} @pointermove=${w.drag} @pointerup=${w.drop} @pointercancel=${w.letGo}>
${repeat(all, (/** @type {any} */ c) => c.id, (/** @type {any} */ c) => tile(c, shown, alerts.get(c.id)))}
<p class="hidden" id="wall-keys">${t('cameras.keys')}</p><p class="hidden" role="status">${wall.said}</p></section>
${wall.full ? fullView({ hall: board.hall, cameras: all, shown, id: wall.full, alert: alerts.get(wall.full) || '', show: w.show, close: w.close, redraw: board.draw }) : nothing}`;
}

/**
 * A tile's place is told by CSS, so that no picture is interrupted when
 * another camera comes to the front.
 * @param {any} c @param {string[]} shown @param {string} [alert]
 */
function tile(c, shown, alert = '') {
  const place = shown.indexOf(c.id);
  return html`<hall-camera class=${place === 0 ? 'main' : place === shown.length - 1 ? 'last' : ''} style=${`order:${place}`} role="button" aria-describedby="wall-keys"
tabindex=${c.id === wall.active ? 0 : -1} @focus=${() => { wall.active = c.id; }} camera=${c.id} label=${c.name} state=${c.state} why=${c.shutter?.reason || c.whys?.[language()] || c.why || ''} since=${c.since || ''} alert=${alert} .masks=${c.masks || []}></hall-camera>`;
}

/** The foremost alert of each camera, gravest and newest first. @param {any} state @returns {Map<string, string>} */
function alertsByCamera(state) {
  const open = (state.alerts || []).filter((/** @type {any} */ a) => !a.acknowledged);
  open.sort((/** @type {any} */ a, /** @type {any} */ b) => (RANK[a.level] ?? 2) - (RANK[b.level] ?? 2) || String(b.raised).localeCompare(String(a.raised)));
  const found = new Map();
  for (const a of open) {
    const window = a.window || (String(a.subject).startsWith('window/') ? a.subject.slice('window/'.length) : '');
    const c = state.cameras.find((/** @type {any} */ k) => a.subject === `camera/${k.id}`) || (window && state.cameras.find((/** @type {any} */ k) => (k.windows || []).includes(window)));
    if (c && !found.has(c.id)) found.set(c.id, String(a.says?.[language()] || a.say || '').split(/[：:，,]/)[0]);
  }
  return found;
}

/** As somebody arranged it, with the gravest alert in front. @param {any[]} all @param {Map<string, string>} alerts */
function order(all, alerts) {
  const ids = arranged(all.map((c) => c.id), wall.order);
  const [first] = alerts.keys();
  return first ? [first, ...ids.filter((id) => id !== first)] : ids;
}

/** @param {Event} e @returns {any} the tile that an event belongs to */
const tileOf = (e) => /** @type {Element} */ (e.target).closest('hall-camera');

/** What the wall does when it is touched. @param {any} board @param {string[]} shown */
function events(board, shown) {
  const show = (/** @type {string} */ id) => { wall.full = id; wall.active = id; board.draw(); };
  const close = () => {
    const id = wall.full;
    wall.full = '';
    board.draw();
    focus(id);
  };
  const arrange = (/** @type {string} */ id, /** @type {string} */ place) => {
    const all = board.hall.state.cameras;
    wall.order = moved(arranged(all.map((/** @type {any} */ c) => c.id), wall.order), id, place);
    save(wall.order);
    wall.said = t('cameras.moved', { name: all.find((/** @type {any} */ c) => c.id === id)?.name || id, n: wall.order.indexOf(id) + 1 });
    board.draw();
  };
  return { ...dragging(arrange), show, close, key: (/** @type {KeyboardEvent} */ e) => key(e, { board, shown, show, arrange }), open: (/** @type {Event} */ e) => { const el = tileOf(e); if (el) show(el.camera); } };
}

/** @param {string} id */
function focus(id) {
  requestAnimationFrame(() => /** @type {HTMLElement|null} */ (document.querySelector(`.cams hall-camera[camera="${CSS.escape(id)}"]`))?.focus());
}

/** @param {KeyboardEvent} e @param {any} w */
function key(e, { board, shown, show, arrange }) {
  const el = tileOf(e);
  if (!el) return;
  if (e.key === 'Enter' || e.key === ' ') show(el.camera);
  else if (e.key === 'Home' && e.shiftKey) {
    wall.order = [];
    save([]);
    wall.said = t('cameras.restored');
    board.draw();
  } else if (e.key.startsWith('Arrow')) {
    const next = neighbour(el, e.key);
    if (next && e.shiftKey) arrange(el.camera, next.camera);
    else next?.focus();
  } else return;
  e.preventDefault();
  if (e.shiftKey && shown.includes(el.camera)) focus(el.camera);
}

/** The nearest tile in a direction, as it is seen. @param {any} el @param {string} arrow @returns {any} */
function neighbour(el, arrow) {
  const here = middle(el);
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[arrow] || [0, 0];
  let best = null;
  let least = Infinity;
  for (const other of document.querySelectorAll('.cams hall-camera')) {
    const there = middle(other);
    const ahead = (there.x - here.x) * dx + (there.y - here.y) * dy;
    const aside = Math.abs((there.x - here.x) * dy) + Math.abs((there.y - here.y) * dx);
    if (other !== el && ahead > 1 && ahead + 2 * aside < least) [best, least] = [other, ahead + 2 * aside];
  }
  return best;
}

/** @param {Element} el */
function middle(el) {
  const r = el.getBoundingClientRect();
  return { x: r.left + r.width / 2, y: r.top + r.height / 2 };
}

const FAR = 8; // pixels until a press is a drag

/** @param {(id: string, place: string) => void} arrange */
function dragging(arrange) {
  const aim = (/** @type {Element|null} */ target) => {
    for (const el of document.querySelectorAll('.cams .target')) if (el !== target) el.classList.remove('target');
    target?.classList.add('target');
  };
  const letGo = () => {
    const d = wall.drag;
    wall.drag = null;
    aim(null);
    d?.el.classList.remove('lifted');
    if (d) d.el.style.transform = '';
  };
  const under = (/** @type {PointerEvent} */ e) => /** @type {any} */ (document.elementsFromPoint(e.clientX, e.clientY).find((el) => el.matches('.cams hall-camera') && el !== wall.drag?.el) || null);
  return {
    letGo,
    grab: (/** @type {PointerEvent} */ e) => {
      const el = tileOf(e);
      if (el && !e.button && e.isPrimary) wall.drag = { id: el.camera, el, x: e.clientX, y: e.clientY, lifted: false };
    },
    drag: (/** @type {PointerEvent} */ e) => {
      const d = wall.drag;
      if (!d) return;
      if (!e.buttons) return letGo(); // released where we did not hear of it
      const [x, y] = [e.clientX - d.x, e.clientY - d.y];
      if (!d.lifted && Math.hypot(x, y) < FAR) return;
      if (!d.lifted) d.el.setPointerCapture(e.pointerId);
      d.lifted = true;
      d.el.classList.add('lifted');
      d.el.style.transform = `translate(${x}px,${y}px)`;
      aim(under(e));
    },
    drop: (/** @type {PointerEvent} */ e) => {
      const d = wall.drag;
      const place = d?.lifted ? under(e) : null;
      letGo();
      if (d && place) arrange(d.id, place.camera);
    },
  };
}
