import { html } from '../vendor/lit.js';

import { nameOf, t } from '../lib/texts.js';

/** What a page shows whose address names none that the hall has: those that there are. @param {string} kind of page @param {string} id @param {any[]} there */
export const unknown = (kind, id, there) => chooser(t('page.unknown', { n: id }), there.map((one) => ({ href: `/${kind}/${encodeURIComponent(one.id)}`, name: kind === 'window' ? t('window_no', { n: one.id }) : nameOf(one), note: kind === 'window' ? nameOf(one) : one.id })));

/** A list of pages to choose from. @param {string} title @param {{href: string, name: string, note?: string}[]} links */
export const chooser = (title, links) => html`<main class="chooser"><h1>${title}</h1><ul>${links.map((l) => html`<li><a href=${l.href}><b>${l.name}</b><small>${l.note || ''}</small></a></li>`)}</ul></main>`;
