// Signing in: people by badge and secret, window staff at a window, devices by
// the address they start with. It leads back to the page that was asked for.
import { html, render } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { addPasskey, hasPasskeys, passkeySignIn } from '../lib/passkey.js';
import { language, loadTexts, pageLanguage, t } from '../lib/texts.js';

const app = /** @type {HTMLElement} */ (document.getElementById('app'));
const asked = new URLSearchParams(location.search).get('to') || '/';
// Only pages of the hall itself: one slash, and no backslash that browsers read as another.
const back = /^\/(?![/\\])/.test(asked) ? asked : '/';
const seat = back.match(/^\/window\/([^/]+)/);
const page = { said: '', done: '', busy: false, /** @type {any} who is signed in */ me: null };

/** @param {{badge: string, secret: string, window?: string}} who */
async function signIn(who) {
  Object.assign(page, { said: '', busy: true });
  draw();
  try {
    const answer = await fetch('/api/v1/signin', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(who) });
    const said = await answer.json();
    if (answer.ok) {
      location.replace(back === '/' && said.window ? `/window/${encodeURIComponent(said.window)}` : back);
      return;
    }
    page.said = t(`signin.${said.code}`, { seconds: answer.headers.get('Retry-After') || '' });
  } catch {
    page.said = t('desk.no_answer');
  }
  page.busy = false;
  draw();
}

/** Does one thing with passkeys; a browser that was told no says nothing more. @param {() => Promise<void>} work */
async function withPasskey(work) {
  Object.assign(page, { said: '', done: '', busy: true });
  draw();
  try {
    await work();
  } catch (e) {
    const { code, name } = /** @type {any} */ (e);
    page.said = code && typeof code === 'string' ? t(`signin.${code}`) : t(name === 'InvalidStateError' ? 'signin.passkey_here' : 'signin.passkey_no');
  }
  page.busy = false;
  draw();
}

const byPasskey = () => withPasskey(async () => {
  await passkeySignIn();
  location.replace(back);
});

const newPasskey = () => withPasskey(async () => {
  await addPasskey();
  page.done = t('signin.passkey_added');
});

async function signOut() {
  await fetch('/api/v1/signout', { method: 'POST' });
  page.me = null;
  draw();
}

/** Whoever is signed in already. */
const account = () => html`<main><form @submit=${(/** @type {Event} */ e) => e.preventDefault()}>${icon('user')}<h1>${page.me.name || page.me.person}</h1><p>${t(`role.${page.me.role}`)}${page.me.window ? ` · ${t('window_no', { n: page.me.window })}` : ''}</p><p class="done" role="status">${page.done}</p><p class="problem" role="alert">${page.said}</p>${hasPasskeys() && page.me.role !== 'window' ? html`<button type="button" ?disabled=${page.busy} @click=${newPasskey}>${t('signin.passkey_add')}</button>` : ''}<a href=${back}>${t('signin.on')}</a><button type="button" class="second" @click=${signOut}>${t('signin.out')}</button></form></main>`;

/** @param {SubmitEvent} e */
function submit(e) {
  e.preventDefault();
  const f = new FormData(/** @type {HTMLFormElement} */ (e.target));
  signIn({ badge: String(f.get('badge')), secret: String(f.get('secret')), window: String(f.get('window') || '') });
}

function draw() {
  document.title = t('signin.title');
  if (page.me) {
    render(account(), app);
    return;
  }
  render(html`<main><form @submit=${submit}>${icon('lock')}<h1>${t('signin.title')}</h1>
<label><span>${t('signin.badge')}</span><input name="badge" autocomplete="username" required autofocus></label>
<label><span>${t('signin.secret')}</span><input name="secret" type="password" autocomplete="current-password" required></label>
<label><span>${t('signin.window')}</span><input name="window" inputmode="numeric" value=${seat ? decodeURIComponent(seat[1]) : ''}></label>
<p class="problem" role="alert">${page.said}</p><button ?disabled=${page.busy}>${t('signin.go')}</button>${hasPasskeys() && !seat ? html`<button type="button" class="second" ?disabled=${page.busy} @click=${byPasskey}>${t('signin.passkey')}</button>` : ''}${/^\/(kiosk|wall)/.test(back) ? html`<a href="/enrol">${t('signin.enrol')}</a>` : ''}</form></main>`, app);
}

/** A device's address carries its name and secret behind the hash, which is never sent: #kiosk:k1:SECRET */
function device() {
  const held = decodeURIComponent(location.hash.slice(1));
  const at = held.lastIndexOf(':');
  if (at < 1) return;
  history.replaceState(null, '', location.pathname + location.search);
  signIn({ badge: held.slice(0, at), secret: held.slice(at + 1) });
}

await loadTexts(pageLanguage());
document.documentElement.lang = language();
if (!new URLSearchParams(location.search).has('to') && !location.hash) {
  try {
    const me = await (await fetch('/api/v1/me', { cache: 'no-store' })).json();
    page.me = me.person ? me : null;
  } catch { /* the form says so when it is sent */ }
}
draw();
device();
