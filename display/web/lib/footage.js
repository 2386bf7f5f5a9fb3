// Footage of a ticket: who looks and why is said first, then it plays. Times
// are the hall's; a film is laid out by them, gaps and all.
import { language, t } from './texts.js';
import { newId } from './outbox.js';

const WHO = 'lobby-badge';

/** The badge that was given last, on this screen and until it is closed. */
export const badge = () => sessionStorage.getItem(WHO) || '';

/** Sends a command; the answer's result, or an error that people can read. @param {any} command */
export async function send(command) {
  if (command.by && command.type !== 'footage_confirm') sessionStorage.setItem(WHO, command.by);
  let said;
  try {
    const answer = await fetch('/api/v1/commands', { method: 'POST', headers: { 'Content-Type': 'application/json', 'Accept-Language': language() }, body: JSON.stringify({ id: newId(), ...command }) });
    said = await answer.json();
  } catch {
    throw new Error(t('desk.no_answer'));
  }
  if (!said.ok) throw new Error(said.refusal?.say || said.say || t('desk.no_answer'));
  return said.result;
}

const LONGEST = 4 * 3600e3;

/**
 * What a look at a ticket's footage is about: the cameras and the times of all
 * clips, or of one when together they are too long.
 * @param {any} ticket @param {any} clip
 */
export function subject(ticket, clip) {
  const shown = ticket.clips.filter((/** @type {any} */ c) => c.films.length);
  const times = (/** @type {any[]} */ cs) => ({ from: Math.min(...cs.map((c) => Date.parse(c.from))), to: Math.max(...cs.map((c) => Date.parse(c.to))) });
  let about = shown;
  if (times(shown).to - times(shown).from > LONGEST) about = [clip];
  const { from, to } = times(about);
  return { day: ticket.day, ticket: ticket.ticket, cameras: [...new Set(about.map((/** @type {any} */ c) => c.camera))], from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** Whether a look is about a film. @param {any} look @param {any} clip @param {any} film */
export const covers = (look, clip, film) => look && look.cameras.includes(clip.camera) && Date.parse(look.from) <= Date.parse(film.from) && Date.parse(look.to) >= Date.parse(film.to);

/** Where a film is fetched. @param {any} clip @param {any} film @param {any} look */
export function address(clip, film, look) {
  const query = new URLSearchParams({ from: film.from, to: film.to, look: look.look });
  return `/api/v1/cameras/${encodeURIComponent(clip.camera)}/clip?${query}`;
}

/** When a film begins: at the key picture before what was asked for. @param {string} url */
export async function beginning(url) {
  const answer = await fetch(url, { method: 'HEAD', cache: 'no-store' });
  if (!answer.ok) throw new Error(t('trail.no_film'));
  return Date.parse(answer.headers.get('Lobby-Clip-From') || '');
}
