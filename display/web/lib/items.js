// The item sheets, fetched once and again every hour: 600 of them are less
// than one photograph, and everything on the kiosk is then instant.

/** @type {any[]} */
let sheets = [];

/** All item sheets known so far. */
export const items = () => sheets;

/** Fetches the sheets now and then; `changed` is called when they are there. @param {() => void} changed */
export function keepItems(changed) {
  const load = async () => {
    try {
      const answer = await fetch('/api/v1/items?limit=2000');
      if (!answer.ok) throw new Error(String(answer.status));
      sheets = (await answer.json()).items || [];
      changed();
    } catch {
      setTimeout(load, 10000);
    }
  };
  load();
  setInterval(load, 3600e3);
}

// The life events in the order of a life, each with its icon. The sheets name
// an event by this id or by its Chinese name.
const EVENTS = [
  ['birth', '出生', 'baby'], ['school', '入学', 'book'], ['work', '就业', 'work'], ['marriage', '结婚', 'ring'],
  ['housing', '买房', 'house'], ['car', '买车', 'car'], ['retire', '退休', 'sun'], ['disability', '助残', 'heart'],
  ['shop', '开店', 'shop'], ['factory', '建厂', 'crane'], ['veteran', '退役', 'shield'], ['death', '身后事', 'leaf'],
];

/** The life events that some sheet belongs to, at most twelve. */
export function lifeEvents() {
  const present = new Set(sheets.map((i) => i.life_event).filter(Boolean));
  const found = EVENTS.filter(([id, name]) => present.has(id) || present.has(name))
    .map(([id, name, icon]) => ({ id, icon, key: `event.${id}`, values: [id, name], name }));
  const named = new Set(found.flatMap((e) => e.values));
  for (const name of present) if (!named.has(name)) found.push({ id: name, icon: 'grid', key: '', values: [name], name });
  return found.slice(0, 12);
}

/** @param {{values: string[]}} event */
export const itemsOfEvent = (event) => sheets.filter((i) => event.values.includes(i.life_event));
