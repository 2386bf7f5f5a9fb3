// A kiosk has no way out of its page: no menu, no selection, no dragging, no
// second window, and none of the keys that belong to the browser. What a page
// cannot hold back is the browser's own policy's to forbid: deploy/kiosk.

const stop = (/** @type {Event} */ e) => e.preventDefault();

/** Whether a key means something to the browser and nothing to the page. @param {KeyboardEvent} e */
const leaves = (e) => e.ctrlKey || e.altKey || e.metaKey || /^(F\d+|Browser|Launch|ContextMenu$|PrintScreen$)/.test(e.key);

/** Keeps whoever stands before the screen in the page. */
export function keepIn() {
  for (const kind of ['contextmenu', 'auxclick', 'selectstart', 'dragstart', 'dragover', 'drop', 'copy', 'cut', 'paste', 'gesturestart']) addEventListener(kind, stop, true);
  const held = { capture: true, passive: false };
  addEventListener('touchmove', (e) => { if (e.touches.length > 1) stop(e); }, held);
  addEventListener('wheel', (e) => { if (e.ctrlKey) stop(e); }, held);
  addEventListener('keydown', (e) => { if (leaves(e)) stop(e); }, true);
  window.open = () => null;
}
