/**
 * How an answer stands, as one word: `ready`, `stale` (it could not be had again lately), `loading`, `reconnecting` (the server does not
 * answer), `denied`, `absent` (the server holds nothing of it), `error`.
 */
export function standing(hasValue, error) {
  if (error?.isDenied) return "denied";
  if (error?.status === 404) return "absent";
  if (hasValue) return error ? "stale" : "ready";
  if (!error) return "loading";
  return error.status === 0 ? "reconnecting" : "error";
}

/** The answer to one question, asked again and again; what it was stays until it is known anew. */
export class Asked {
  value = null;
  error = null;
  #question = null;
  #name = "";
  #timer = null;
  #abort = null;

  constructor(api, onChange, { pause = 15_000 } = {}) {
    Object.assign(this, { api, onChange, pause });
  }

  get word() {
    return standing(this.value !== null, this.error);
  }

  /** Asks `[path, parameters]` from now on, or nothing for null; the same again changes nothing. */
  want(question) {
    const name = JSON.stringify(question);
    if (name === this.#name) return;
    this.#name = name;
    this.#question = question;
    this.value = null;
    this.error = null;
    this.onChange();
    this.retry();
  }

  /** Stops asking, and forgets nothing; `retry` goes on. */
  rest() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
  }

  /** Asks now instead of when the pause is over. */
  async retry() {
    this.rest();
    if (!this.#question) return;
    const abort = new AbortController();
    this.#abort = abort;
    // Who is silent for as long as this has gone.
    const patience = setTimeout(() => abort.abort("late"), 15_000);
    try {
      const value = await this.api.json(...this.#question, { signal: abort.signal });
      if (this.#abort !== abort) return;
      this.value = value;
      this.error = null;
    } catch (error) {
      if (this.#abort !== abort || error.name === "AbortError") return;
      this.error = error;
    } finally {
      clearTimeout(patience);
    }
    this.onChange();
    // What is refused for want of a key is not asked again before there is one.
    if (!this.error?.isDenied) this.#timer = setTimeout(() => this.retry(), this.pause);
  }
}
