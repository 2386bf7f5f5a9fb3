// The keys of the console. They work while the page has the focus; the
// numeric pad does not work inside a field. All can be switched off.

const KEYS = /** @type {Record<string, string>} */ ({
  F9: 'next', F8: 'recall', F2: 'arrive', F4: 'noShow',
  NumpadEnter: 'next', NumpadAdd: 'recall', NumpadMultiply: 'arrive', NumpadSubtract: 'noShow', NumpadDivide: 'transfer',
});
const ALT = /** @type {Record<string, string>} */ ({ KeyT: 'transfer', KeyH: 'hold', KeyP: 'pause', KeyR: 'invite' });

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
    const name = e.altKey ? ALT[e.code] : KEYS[e.code] || KEYS[e.key];
    if (!name) return;
    e.preventDefault();
    actions[name](desk);
  });
}
