// Initials of Chinese names, taken from the order that the browser sorts in:
// a kiosk has no Chinese keyboard, but everybody can type the first letters.

const LETTERS = 'ABCDEFGHJKLMNOPQRSTWXYZ';
const FIRSTS = Array.from('阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥扨它穵夕丫帀');
const order = new Intl.Collator('zh-CN-u-co-pinyin');
/** @type {Map<string, string>} */
const known = new Map();

/** The letter a character begins with. @param {string} c */
function letter(c) {
  if (!/[\u4e00-\u9fff]/.test(c)) return /[a-z0-9]/i.test(c) ? c.toUpperCase() : '';
  let found = '';
  for (let i = 0; i < FIRSTS.length && order.compare(FIRSTS[i], c) <= 0; i++) found = LETTERS[i];
  return found;
}

/** 不动产 → BDC @param {string} name */
export function initials(name) {
  let found = known.get(name);
  if (found === undefined) {
    found = Array.from(name, letter).join('');
    known.set(name, found);
  }
  return found;
}

/** Sorts by pronunciation. @param {string} a @param {string} b */
export const byPinyin = (a, b) => order.compare(a, b);

/** Whether a name is meant by what somebody typed. @param {string} name @param {string} typed */
export function meant(name, typed) {
  const q = typed.trim();
  return q !== '' && (name.toLowerCase().includes(q.toLowerCase()) || (/^[a-z]+$/i.test(q) && initials(name).includes(q.toUpperCase())));
}
