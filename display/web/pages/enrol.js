// A screen that is to be let in shows a code; whoever may enters it on the
// settings page, and the screen goes to its own page.
import { html, render } from '../vendor/lit.js';
import { icon } from '../lib/icons.js';
import { language, loadTexts, pageLanguage, t } from '../lib/texts.js';

const app = /** @type {HTMLElement} */ (document.getElementById('app'));
const EVERY = 2000;
const page = { code: '', ticket: '', device: '', problem: '' };

async function begin() {
  try {
    const answer = await fetch('/api/v1/enrolment', { method: 'POST' });
    const said = await answer.json();
    Object.assign(page, answer.ok ? { ...said, problem: '' } : { code: '', ticket: '', problem: t(answer.status === 404 ? 'enrol.open' : 'enrol.too_often') });
  } catch {
    page.problem = t('desk.no_answer');
  }
  draw();
}

async function ask() {
  if (!page.ticket) {
    await begin();
    return;
  }
  try {
    const answer = await fetch(`/api/v1/enrolment/${page.ticket}`, { cache: 'no-store' });
    const said = await answer.json();
    page.problem = '';
    if (answer.status === 404) await begin();
    if (said.device) {
      const [kind, id] = said.device.split(':');
      location.replace(`/${kind}/${encodeURIComponent(id)}`);
    }
  } catch {
    page.problem = t('desk.no_answer');
  }
  draw();
}

function draw() {
  document.title = t('enrol.title');
  render(html`<main><section>${icon('link')}<h1>${t('enrol.title')}</h1>${page.code ? html`<p class="code num" role="status">${page.code.slice(0, 3)} ${page.code.slice(3)}</p><p>${t('enrol.how')}</p>` : ''}<p class="problem" role="alert">${page.problem}</p></section></main>`, app);
}

await loadTexts(pageLanguage());
document.documentElement.lang = language();
draw();
await begin();
setInterval(ask, EVERY);
