// The newest checkpoint of the trail that this machine has heard of. It is kept
// here, out of the reach of whoever owns the hall's computer, so that a history
// that was changed afterwards can be told from the true one.
const KEY = 'lobby-checkpoint';

/** What is kept: hall, size and note, or null. */
export function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY) || 'null');
  } catch {
    return null;
  }
}

/**
 * Keeps the checkpoint of a state if it knows more records than the one kept.
 * One that knows fewer is of a trail that was rolled back: the old one stays.
 * @param {any} state
 */
export function keep(state) {
  const fresh = state.checkpoint;
  const old = kept();
  if (!fresh?.note || (old && old.hall === state.hall.id && old.size >= fresh.size)) return;
  localStorage.setItem(KEY, JSON.stringify({ hall: state.hall.id, size: fresh.size, note: fresh.note }));
}
