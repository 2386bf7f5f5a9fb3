import { html } from '../vendor/lit.js';

/** A list of pages to choose from. @param {string} title @param {{href: string, name: string, note?: string}[]} links */
export const chooser = (title, links) => html`<main class="chooser"><h1>${title}</h1><ul>${links.map((l) => html`<li><a href=${l.href}><b>${l.name}</b><small>${l.note || ''}</small></a></li>`)}</ul></main>`;
