/** What a request was refused with; `status` is 0 where no answer came. */
export class ApiError extends Error {
  constructor(status, message, retryAfter = null) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Whether a key, or another one, is what is missing. */
  get isDenied() {
    return this.status === 401 || this.status === 403;
  }
}

/** The error of an answer that is not 2xx. */
export async function errorOf(response) {
  const text = await response.text().catch(() => "");
  let message = text.trim();
  try {
    message = JSON.parse(text).error.message;
  } catch {
    // A proxy's page is no JSON: its status says enough.
    if (message.length > 200) message = "";
  }
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  return new ApiError(response.status, message || response.statusText, retryAfter);
}
