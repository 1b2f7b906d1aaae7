import { ApiError, errorOf } from "./errors.js";

/** Asks the native API: every request of the page goes through here, with the reader's key where there is one. */
export class Api {
  constructor({ origin = "", fetch = globalThis.fetch.bind(globalThis), key = () => null } = {}) {
    this.origin = origin;
    this.fetch = fetch;
    this.key = key;
  }

  /** The address of a question; parameters that are null are left out. */
  url(path, parameters = {}) {
    const query = Object.entries(parameters)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%3A", ":").replaceAll("%2C", ",")}`);
    return this.origin + path + (query.length ? `?${query.join("&")}` : "");
  }

  headers() {
    const key = this.key();
    return key ? { Authorization: `Bearer ${key}` } : {};
  }

  /** The answer to a question; throws an `ApiError` for all that is not 2xx, status 0 where none came. */
  async ask(path, parameters, { signal, accept, headers = {} } = {}) {
    let response;
    try {
      response = await this.fetch(this.url(path, parameters), {
        signal, headers: { ...this.headers(), ...(accept ? { Accept: accept } : {}), ...headers }, credentials: "omit",
      });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new ApiError(0, error.message);
    }
    if (!response.ok) throw await errorOf(response);
    return response;
  }

  /** The JSON of an answer. */
  async json(path, parameters, options = {}) {
    const response = await this.ask(path, parameters, { accept: "application/json", ...options });
    try {
      return await response.json();
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new ApiError(0, error.message);
    }
  }
}
