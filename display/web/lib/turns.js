// Things that take turns on a wall: pages of windows, and what is shown
// between calls. A call holds them.
import { settings } from './page.js';

const TURN = 1000 * (Number(settings.get('turn')) || 10); // milliseconds

/** Whose turn it is. */
export class Turns {
  constructor() {
    this.at = 0;
    this.since = performance.now();
  }

  /** Holds a place while it matters. @param {number} at */
  hold(at) {
    this.at = at;
    this.since = performance.now();
  }

  /** The place among n, moved on when its time is over. @param {number} n */
  of(n) {
    const over = Math.floor((performance.now() - this.since) / TURN);
    if (over > 0) {
      this.at += over;
      this.since += over * TURN;
    }
    if (n > 0) this.at %= n;
    return n > 0 ? this.at : 0;
  }
}
