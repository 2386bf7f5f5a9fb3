// How somebody arranged the cameras on this screen. It is kept in the browser:
// another screen shows another part of the hall.

const KEY = 'lobby-cameras';

/** The kept order, or nothing. @returns {string[]} */
export function load() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) || '[]');
    return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : [];
  } catch {
    return []; // no storage, or another program's
  }
}

/** Keeps an order; an empty one is forgotten. @param {string[]} order */
export function save(order) {
  try {
    if (order.length) localStorage.setItem(KEY, JSON.stringify(order));
    else localStorage.removeItem(KEY);
  } catch {
    // The order holds until the page is left.
  }
}

/**
 * All ids in the kept order; those it does not know come behind, as given.
 * @param {string[]} ids @param {string[]} order
 */
export function arranged(ids, order) {
  const known = order.filter((id) => ids.includes(id));
  return [...known, ...ids.filter((id) => !known.includes(id))];
}

/** Puts one to the place of another; those between move up. @param {string[]} ids @param {string} id @param {string} place */
export function moved(ids, id, place) {
  const to = ids.indexOf(place);
  const rest = ids.filter((other) => other !== id);
  rest.splice(to < 0 ? rest.length : to, 0, id);
  return rest;
}
