// The keys of the console. They work while the page has the focus; the
// numeric pad does not work inside a field. Every key can be changed, and all
// can be switched off.

/** A key is written as its code, with "Alt+" before it. @type {Record<string, string[]>} */
const USUAL = {
  next: ['F9', 'NumpadEnter'], recall: ['F8', 'NumpadAdd'], arrive: ['F2', 'NumpadMultiply'], noShow: ['F4', 'NumpadSubtract'],
  transfer: ['Alt+KeyT', 'NumpadDivide'], hold: ['Alt+KeyH'], pause: ['Alt+KeyP'], invite: ['Alt+KeyR'], finish: ['Alt+KeyW'], undo: ['Alt+KeyZ'], more: ['Alt+KeyO'],
};

// Keys that browsers keep for themselves, and those that people need to move about.
const TAKEN = /^(F1|F3|F5|F6|F7|F10|F11|F12|Alt\+Key[DEF]|Alt\+(Arrow.*|Home|F4)|Tab|Enter|Space|Escape|Arrow.*|Key.|Digit.|Shift.*|Control.*|Alt.?(Left|Right)?|Meta.*)$/;

const STORE = 'lobby-keymap';

/** Actions with a key of their own, in the order in which they are shown. */
export const keyed = Object.keys(USUAL);

/** @returns {Record<string, string>} what this machine's people chose */
function chosen() {
  try {
    return JSON.parse(localStorage.getItem(STORE) || '{}');
  } catch {
    return {};
  }
}

/** The keys of an action, the one that is shown first. @param {string} action */
export function keysOf(action) {
  const own = chosen()[action];
  return own === undefined ? USUAL[action] || [] : [own, ...(USUAL[action] || []).slice(1)].filter(Boolean);
}

/** "Alt P" for Alt+KeyP. @param {string} action */
export const keyName = (action) => (keysOf(action)[0] || '').replace(/\+/g, ' ').replace(/Key|Digit/g, '').replace('Numpad', 'Num ');

/** Puts all keys back. */
export const usualKeys = () => localStorage.removeItem(STORE);

/** @param {KeyboardEvent} e */
const written = (e) => (e.altKey ? 'Alt+' : '') + (e.code || e.key);

/** Whether a key may stand for an action: no key of the browser, and nobody else's. @param {string} action @param {string} key */
const free = (action, key) => !TAKEN.test(key) && keyed.every((other) => other === action || !keysOf(other).includes(key));

/**
 * Gives an action the key that was pressed; Delete takes its key away.
 * @param {string} action @param {KeyboardEvent} e @returns {boolean} false if the key is taken
 */
export function chooseKey(action, e) {
  const key = e.code === 'Delete' ? '' : written(e);
  if (key && !free(action, key)) return false;
  localStorage.setItem(STORE, JSON.stringify({ ...chosen(), [action]: key }));
  return true;
}

/** @param {any} desk @param {Record<string, (desk: any) => any>} actions */
export function listenKeys(desk, actions) {
  addEventListener('keydown', (e) => {
    if (e.key === 'Escape' && desk.asking) {
      desk.asking = null;
      desk.draw();
      return;
    }
    if (!desk.keys || desk.asking || e.repeat || e.ctrlKey || e.metaKey || !desk.window) return;
    const field = /^(INPUT|TEXTAREA|SELECT)$/.test(/** @type {any} */ (e.target).tagName);
    if (field && e.code.startsWith('Numpad')) return;
    const name = keyed.find((action) => keysOf(action).includes(written(e)) || (!e.altKey && keysOf(action).includes(e.key)));
    if (!name) return;
    e.preventDefault();
    actions[name](desk);
  });
}
