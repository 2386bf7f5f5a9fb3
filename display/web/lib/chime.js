// A chime and a buzz for whoever waits with a telephone. Browsers allow both
// only after a touch, so they are offered by a button.

/** @type {AudioContext|null} */
let sound = null;

/** Readies sound at a touch and keeps the screen awake where that is allowed. @returns {boolean} whether anything will be heard or felt */
export function arm() {
  const Audio = window.AudioContext || /** @type {any} */ (window).webkitAudioContext;
  if (Audio && !sound) sound = new Audio();
  sound?.resume();
  wake();
  document.addEventListener('visibilitychange', wake);
  return Boolean(sound) || 'vibrate' in navigator;
}

/** A screen that is hidden gives its wakefulness back, so it is asked for anew. */
function wake() {
  if (!document.hidden) navigator.wakeLock?.request('screen').catch(() => {}); // an empty battery may refuse
}

/** Two falling notes, three times, and as many buzzes. */
export function ring() {
  navigator.vibrate?.([400, 250, 400, 250, 400]);
  if (!sound) return;
  for (let n = 0; n < 3; n++) {
    note(sound, 988, sound.currentTime + n * 1.2);
    note(sound, 784, sound.currentTime + n * 1.2 + 0.35);
  }
}

/** @param {AudioContext} s @param {number} pitch Hz @param {number} at seconds */
function note(s, pitch, at) {
  const tone = s.createOscillator();
  const loud = s.createGain();
  tone.frequency.value = pitch;
  loud.gain.setValueAtTime(0.5, at);
  loud.gain.exponentialRampToValueAtTime(0.001, at + 0.8);
  tone.connect(loud).connect(s.destination);
  tone.start(at);
  tone.stop(at + 0.8);
}
