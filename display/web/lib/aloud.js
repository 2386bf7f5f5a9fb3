// Reading aloud with the voices of the screen's own machine. Where it has none
// for a language nothing is offered: a button that stays silent helps nobody.
import { language } from './texts.js';

const voices = () => ('speechSynthesis' in window ? speechSynthesis.getVoices() : []);

/** The voice for the language of the page. */
function voice() {
  const wanted = language().toLowerCase();
  const spoken = voices().map((v) => ({ v, lang: v.lang.replace('_', '-').toLowerCase() }));
  const near = spoken.find((x) => x.lang === wanted) || spoken.find((x) => x.lang.slice(0, 2) === wanted.slice(0, 2));
  return near?.v;
}

/** Whether this machine can read the page's language. */
export const canRead = () => Boolean(voice());

/** Says words instead of whatever is being said; no words mean silence. @param {string} words */
export function read(words) {
  if (!('speechSynthesis' in window)) return;
  speechSynthesis.cancel();
  const by = voice();
  if (!words || !by) return;
  const said = new SpeechSynthesisUtterance(words);
  said.lang = language();
  if (by instanceof SpeechSynthesisVoice) said.voice = by;
  said.rate = 0.9;
  speechSynthesis.speak(said);
}

/** Calls back when voices come or go. @param {() => void} changed */
export function onVoices(changed) {
  if ('speechSynthesis' in window) speechSynthesis.addEventListener('voiceschanged', changed);
}

/** What stands on the screen, in the order of reading. @returns {string} */
export function onScreen() {
  const top = document.querySelector('[role=dialog],[role=alertdialog]');
  const parts = top ? [top] : [...document.querySelectorAll('h1,main')];
  return parts.map((e) => /** @type {HTMLElement} */ (e).innerText.replace(/\s*\n+\s*/g, '，')).join('。').slice(0, 600);
}
