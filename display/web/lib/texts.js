// The words of the pages. Every sentence a person reads comes from
// locale/*.json; the same files are read by the program for slips and voice.

/** @type {Record<string, Record<string, string>>} */
const books = {};
let current = 'zh-CN';

/** Loads languages; the first one becomes the language of the page. @param {string[]} langs */
export async function loadTexts(...langs) {
  await Promise.all(langs.map(async (lang) => {
    const answer = await fetch(new URL(`../locale/${lang}.json`, import.meta.url));
    books[lang] = await answer.json();
  }));
  speak(langs[0]);
}

/** Switches the language; it must have been loaded. @param {string} lang */
export function speak(lang) {
  current = lang;
  document.documentElement.lang = lang;
}

/** The hall's language that the address asks for, or that is nearest to the reader's. */
export function pageLanguage() {
  const wanted = new URLSearchParams(location.search).get('lang') || navigator.language || 'zh-CN';
  if (/^zh-(TW|HK|MO|Hant)/i.test(wanted)) return 'zh-TW';
  return /^zh/i.test(wanted) ? 'zh-CN' : 'en';
}

/** The language of the page. */
export const language = () => current;

/**
 * One sentence. A missing key shows itself, so that it is found.
 * @param {string} key @param {Record<string, string|number>} [values]
 */
export function t(key, values = {}) {
  return pick(current, key, values);
}

/** One sentence in a given language. @param {string} lang @param {string} key @param {Record<string, string|number>} [values] */
export function pick(lang, key, values = {}) {
  // English has other words for one.
  const one = Object.values(values).some((n) => Number(n) === 1) && (books[lang] || {})[`${key}.one`];
  const text = one || ((books[lang] || {})[key] ?? (books['zh-CN'] || {})[key] ?? key);
  return text.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
}

/** The name of a thing of the hall in the language of the page. @param {any} thing @param {string} [lang] */
export function nameOf(thing, lang = current) {
  if (!thing) return '';
  // The short name of a chain leaves out what all of them end with.
  const translated = thing.names && thing.names[lang];
  if (translated) return thing.short ? translated.replace(/一條龍$/, '') : translated;
  return thing.short || thing.name || thing.id || '';
}
