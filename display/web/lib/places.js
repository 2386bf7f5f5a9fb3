// A small machine decodes only so many pictures at once. Who finds no place
// waits for one; the full view takes one from the others.

/** @typedef {{decide: () => void, stop: () => void}} Player */

export class Places {
  /** @param {number} most */
  constructor(most) {
    this.most = most;
    /** @type {Set<Player>} */
    this.playing = new Set();
    /** @type {Set<Player>} */
    this.waiting = new Set();
  }

  /** Whether this one may play now. @param {Player} who @param {boolean} [first] before all others */
  take(who, first = false) {
    if (this.playing.has(who)) return true;
    if (this.playing.size >= this.most && first) this.evict();
    if (this.playing.size >= this.most) {
      this.waiting.add(who);
      return false;
    }
    this.waiting.delete(who);
    this.playing.add(who);
    return true;
  }

  /** Takes the place of the latest. */
  evict() {
    const last = [...this.playing].pop();
    if (!last) return;
    this.playing.delete(last);
    this.waiting.add(last);
    last.stop();
  }

  /** @param {Player} who */
  leave(who) {
    this.waiting.delete(who);
    if (!this.playing.delete(who)) return;
    const [next] = this.waiting;
    next?.decide();
  }
}
