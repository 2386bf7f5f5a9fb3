// Signing in: people by badge and secret, window staff at a window, devices by
// the address they start with. It leads back to the page that was asked for.
import { html, render } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { language, loadTexts, pageLanguage, t } from '../lib/texts.js';

const app = /** @type {HTMLElement} */ (document.getElementById('app'));
const asked = new URLSearchParams(location.search).get('to') || '/';
// Only pages of the hall itself: one slash, and no backslash that browsers read as another.
const back = /^\/(?![/\\])/.test(asked) ? asked : '/';
const seat = back.match(/^\/window\/([^/]+)/);
const page = { said: '', busy: false };

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

/** @param {SubmitEvent} e */
function submit(e) {
  e.preventDefault();
  const f = new FormData(/** @type {HTMLFormElement} */ (e.target));
  signIn({ badge: String(f.get('badge')), secret: String(f.get('secret')), window: String(f.get('window') || '') });
}

function draw() {
  document.title = t('signin.title');
  render(html`<main><form @submit=${submit}>${icon('lock')}<h1>${t('signin.title')}</h1>
<label><span>${t('signin.badge')}</span><input name="badge" autocomplete="username" required autofocus></label>
<label><span>${t('signin.secret')}</span><input name="secret" type="password" autocomplete="current-password" required></label>
<label><span>${t('signin.window')}</span><input name="window" inputmode="numeric" value=${seat ? decodeURIComponent(seat[1]) : ''}></label>
<p class="problem" role="alert">${page.said}</p><button ?disabled=${page.busy}>${t('signin.go')}</button>${/^\/(kiosk|wall)/.test(back) ? html`<a href="/enrol">${t('signin.enrol')}</a>` : ''}</form></main>`, app);
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
draw();
device();
