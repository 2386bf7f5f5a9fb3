// What the clerk can do. Every action is one command with its own id; the
// window's state says which of them make sense now.
import { t } from '../lib/texts.js';

const GUARD = 3000; // no second "next" for three seconds after a call
const RECALLS = 3; // calls again; then "no show" is offered
const RECALL_GAP = 10000;

// Commands that name a ticket and no window.
const OF_A_TICKET = ['recover', 'cancel', 'void', 'reclass', 'reprint', 'resume', 'step_finish', 'step_skip', 'step_repeat'];

/** @param {any} desk @param {any} command */
async function send(desk, command) {
  if (desk.busy) return false;
  desk.busy = true;
  desk.problem = '';
  desk.draw();
  try {
    await desk.hall.command(OF_A_TICKET.includes(command.type) || command.ticket && command.type === 'transfer' ? command : { window: desk.id, ...command });
    return true;
  } catch (e) {
    desk.problem = /** @type {any} */ (e).say || t('desk.no_answer');
    return false;
  } finally {
    desk.busy = false;
    desk.draw();
  }
}

/** The ticket that "next" would most likely call. @param {any} desk */
export function nextTicket(desk) {
  const w = desk.window;
  const found = mine(desk).find((/** @type {any} */ x) => x.state === 'waiting');
  return w.next || found?.ticket || '';
}

/** Everybody whom this window can serve. @param {any} desk */
export const mine = (desk) => desk.hall.state.waiting.filter((/** @type {any} */ x) => (desk.window.services || []).includes(x.service));

/** Whether the person at the window has just been called. @param {any} desk */
export const guarded = (desk) => Date.now() - desk.calledAt < GUARD;

/** Whether calling again is allowed now. @param {any} desk */
export const mayRecall = (desk) => {
  const w = desk.window;
  return w.state === 'calling' && (w.recalls || 0) < RECALLS && desk.hall.since(w.called_at) > RECALL_GAP / 1000 && Date.now() - (desk.recalledAt || 0) > RECALL_GAP;
};

/** The warning that is open about this window, if any. @param {any} desk */
export const overdue = (desk) => (desk.hall.state.alerts || []).find((/** @type {any} */ a) => !a.acknowledged && (a.subject === `window/${desk.id}` || a.window === desk.id && a.subject === `ticket/${desk.window.ticket}`));

/** Whether it is time to say that nobody came. @param {any} desk */
export const suggestNoShow = (desk) => desk.window.state === 'calling' && ((desk.window.recalls || 0) >= RECALLS || desk.hall.since(desk.window.called_at) > 90);

/** @type {Record<string, (desk: any) => any>} */
export const actions = {
  /** Ask whom this window served last for a rating once more. */
  async invite(desk) {
    if (desk.window.state === 'idle') await send(desk, { type: 'invite' });
  },
  /** Finish, if somebody is here, and call the next. */
  async next(desk) {
    if (guarded(desk) || desk.busy) return;
    const w = desk.window;
    if (w.state === 'serving' && !(await send(desk, { type: 'finish', outcome: 'done' }))) return;
    if (w.state === 'draining' || !['idle', 'serving'].includes(w.state)) return;
    if (w.state === 'serving' && !nextTicket(desk)) return;
    if (await send(desk, { type: 'call_next' })) called(desk);
  },
  finish: (desk) => desk.window.state === 'serving' && send(desk, { type: 'finish', outcome: 'done' }),
  async recall(desk) {
    if (!mayRecall(desk)) return;
    if (await send(desk, { type: 'recall' })) desk.recalledAt = Date.now();
  },
  arrive: (desk) => desk.window.state === 'calling' && send(desk, { type: 'arrive' }),
  noShow: (desk) => desk.window.state === 'calling' && send(desk, { type: 'no_show' }),
  undo: (desk) => desk.window.state !== 'closed' && send(desk, { type: 'undo' }),
  more: (desk) => desk.window.state !== 'closed' && question(desk, { kind: 'more' }),
  transfer: (desk) => here(desk) && question(desk, { kind: 'transfer' }),
  hold: (desk) => here(desk) && question(desk, { kind: 'hold' }),
  pause: (desk) => desk.window.state !== 'closed' && (desk.window.state === 'paused' ? send(desk, { type: 'window_resume' }) : question(desk, { kind: 'pause' })),
};

/** Answers of the questions. @param {any} desk @param {any} command */
export async function answer(desk, command) {
  desk.asking = null;
  const done = await send(desk, command);
  if (done && command.type === 'call') called(desk);
}

/** A command of a button that needs no question. @param {any} desk @param {any} command */
export const plain = (desk, command) => send(desk, command);

/** @param {any} desk @param {any} q */
export function question(desk, q) {
  desk.asking = q;
  desk.draw();
}

/** @param {any} desk */
const here = (desk) => ['calling', 'serving'].includes(desk.window.state) && desk.window.ticket;

/** @param {any} desk */
function called(desk) {
  desk.calledAt = Date.now();
  desk.recalledAt = 0;
  setTimeout(desk.draw, GUARD + 20);
}
