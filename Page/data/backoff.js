/** How long to wait before the next attempt: twice as long each time up to a limit, and never all at once with others. */
export class Backoff {
  #attempts = 0;

  constructor({ first = 500, most = 10_000, random = Math.random } = {}) {
    this.first = first;
    this.most = most;
    this.random = random;
  }

  /** Milliseconds to wait now; at least half of what the attempt's number stands for. */
  next() {
    const whole = Math.min(this.most, this.first * 2 ** this.#attempts);
    this.#attempts += 1;
    return whole / 2 + (whole / 2) * this.random();
  }

  reset() {
    this.#attempts = 0;
  }
}
