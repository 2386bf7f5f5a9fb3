// A page of somebody who has signed in locks when nobody touches it for a while,
// or at once by a button. Behind the lock it stands as it was; signing in again
// leads back to it. The hall tells how long the while is; open halls have none.
import { html, render } from '../vendor/lit.js';
import { icon } from './icons.js';
import { t } from './texts.js';

const TOUCHED = 'lobby-touched'; // when any page of this browser was touched
const LOCKED = 'lobby-locked';
const TOUCHES = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'];

const page = {
  /** @type {any} who is signed in */ me: null,
  /** @type {HTMLDialogElement|null} */ dialog: null,
  told: 0, // when the hall last heard that somebody is here
  out: false, // whether the hall knows of the lock
  said: '',
  busy: false,
};

/** Whether this page can be locked. */
export const lockable = () => !!page.me;

/** Locks by itself from now on, where people sign in. */
export async function lockWhenIdle() {
  let me;
  try {
    me = await (await fetch('/api/v1/me', { cache: 'no-store' })).json();
  } catch {
    return;
  }
  if (!me.person || !me.lock) return;
  page.me = me;
  touch();
  page.told = Date.now();
  localStorage.removeItem(LOCKED);
  for (const kind of TOUCHES) addEventListener(kind, (e) => (page.dialog ? keepOut(e) : touch()), { capture: true, passive: kind !== 'keydown' });
  addEventListener('storage', (e) => { if (e.key === LOCKED) follow(!!e.newValue); });
  setInterval(watch, 1000);
}

function watch() {
  if (page.dialog) {
    if (!page.out) tell();
  } else if (Date.now() - Number(localStorage.getItem(TOUCHED)) > page.me.lock * 1000) lock();
}

/** Somebody is here; the hall hears it four times before it would lock. */
function touch() {
  const now = Date.now();
  localStorage.setItem(TOUCHED, String(now));
  if (now - page.told < Math.min(60, page.me.lock / 4) * 1000) return;
  page.told = now;
  fetch('/api/v1/here', { method: 'POST' }).then((answer) => { if (answer.status === 401) lock(); }).catch(() => { page.told = 0; });
}

/** What is pressed beside the lock must not reach the page behind it. @param {Event} e */
function keepOut(e) {
  if (e.type !== 'keydown' || page.dialog?.contains(/** @type {Node} */ (e.target))) return;
  e.stopImmediatePropagation();
  e.preventDefault();
}

/** Locks every page of this browser. */
export function lock() {
  if (!page.me || page.dialog) return;
  localStorage.setItem(LOCKED, '1');
  page.out = false;
  follow(true);
  tell();
}

/** The hall ends what this browser has open, as soon as it can be told. */
async function tell() {
  page.out = true;
  try {
    await fetch('/api/v1/lock', { method: 'POST' });
  } catch {
    page.out = false;
  }
}

/** Another page of this browser was locked or unlocked, or this one. @param {boolean} locked */
function follow(locked) {
  if (locked === !!page.dialog) return;
  if (!locked) {
    page.dialog?.remove();
    page.dialog = null;
    page.told = Date.now();
    localStorage.setItem(TOUCHED, String(page.told));
    dispatchEvent(new Event('online')); // the feed need not wait for its next try
    return;
  }
  const dialog = document.createElement('dialog');
  dialog.className = 'lock';
  dialog.addEventListener('keydown', (e) => {
    e.stopPropagation();
    if (e.key === 'Escape') e.preventDefault();
  });
  dialog.addEventListener('cancel', (e) => e.preventDefault());
  // A browser closes a dialog all the same that somebody insists to leave.
  dialog.addEventListener('close', () => { if (page.dialog === dialog) dialog.showModal(); });
  document.body.append(dialog);
  page.dialog = dialog;
  page.said = '';
  draw();
  dialog.showModal();
}

/** @param {SubmitEvent} e */
async function unlock(e) {
  e.preventDefault();
  const form = /** @type {HTMLFormElement} */ (e.target);
  const secret = String(new FormData(form).get('secret'));
  Object.assign(page, { busy: true, said: '' });
  draw();
  try {
    const answer = await fetch('/api/v1/signin', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ badge: page.me.person, secret, window: page.me.window }) });
    if (answer.ok) {
      localStorage.removeItem(LOCKED);
      follow(false);
    } else page.said = t(`signin.${(await answer.json()).code}`, { seconds: answer.headers.get('Retry-After') || '' });
  } catch {
    page.said = t('desk.no_answer');
  }
  page.busy = false;
  form.reset();
  draw();
}

function draw() {
  if (!page.dialog) return;
  const { me } = page;
  render(html`<form @submit=${unlock}>${icon('lock')}<h2>${t('lock.title')}</h2><p>${[me.name, me.name === me.person ? '' : me.person, me.window && t('window_no', { n: me.window })].filter(Boolean).join(' · ')}</p>
<label><span>${t('signin.secret')}</span><input name="secret" type="password" autocomplete="current-password" required autofocus></label><p class="problem" role="alert">${page.said}</p>
<button ?disabled=${page.busy}>${t('lock.unlock')}</button><a href="/signin?to=${encodeURIComponent(location.pathname)}">${t('lock.other')}</a></form>`, page.dialog);
}
