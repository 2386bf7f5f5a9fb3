// Commands on their way. A command keeps its id until it is answered, so that
// sending it again after a broken connection can never do it twice.

/** An id nobody else uses; also outside secure contexts, where randomUUID is missing. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('');
}

/** Why a command was not done: a code for programs and a sentence for people. */
export class Refusal extends Error {
  /** @param {string} code @param {string} say */
  constructor(code, say) {
    super(say);
    this.code = code;
    this.say = say;
  }
}

// Milliseconds until the page says that nobody answers. Taking a ticket waits
// for the printer, which may need most of this.
const PATIENCE = 30000;

export class Outbox {
  /** @param {(message: any) => boolean} send tells whether the message left */
  constructor(send) {
    this.send = send;
    /** @type {Map<string, any>} */
    this.open = new Map();
  }

  /** The same id while it is open is the same command. @param {string} id @param {any} command @returns {Promise<any>} */
  add(id, command) {
    const old = this.open.get(id);
    if (old) return old.promise;
    const entry = /** @type {any} */ ({ message: { type: 'command', id, command } });
    entry.promise = new Promise((resolve, reject) => {
      entry.resolve = resolve;
      entry.reject = reject;
    });
    entry.timer = setTimeout(() => this.give(id, new Refusal('no_answer', '')), PATIENCE);
    this.open.set(id, entry);
    this.send(entry.message);
    return entry.promise;
  }

  /** After a reconnect everything unanswered goes out again. */
  resend() { for (const e of this.open.values()) this.send(e.message); }

  /** @param {any} m */
  answer(m) {
    const refusal = m.refusal || {};
    this.give(m.id, m.ok ? null : new Refusal(refusal.code || 'refused', refusal.say || ''), m.result || {});
  }

  /** @param {string} id @param {Refusal|null} refusal @param {any} [result] */
  give(id, refusal, result) {
    const e = this.open.get(id);
    if (!e) return;
    this.open.delete(id);
    clearTimeout(e.timer);
    if (refusal) e.reject(refusal);
    else e.resolve(result);
  }
}
