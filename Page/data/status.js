/**
 * What a reader is told of a feed, as one word and what it is about.
 *
 * `loading`, `live`, `polled` (asked for again and again), `history` (not recorded), `stale` (the server has lost the venue), `reconnecting`
 * (we have lost the server), `denied`, `empty`, `error`.
 */
export function statusOf({ instrument, connection, isLoaded, isEmpty, error, streamError, isPolled, isLoading }) {
  const denied = [error, streamError].find((one) => one?.isDenied);
  if (denied && !(isLoaded && denied === streamError && denied.status === 403)) return { word: "denied", detail: denied.message };
  if (!isLoaded) {
    // A basket is listed before any of its members is on tape.
    if (error?.status === 404 && instrument.kind === "basket") return { word: "empty", detail: "" };
    if (error && error.status !== 0) return { word: "error", detail: error.message };
    if (error || connection === "waiting") return { word: "reconnecting", detail: "" };
    return { word: "loading", detail: "" };
  }
  if (connection === "waiting" || connection === "connecting") return { word: "reconnecting", detail: "" };
  if (error?.status === 0) return { word: "reconnecting", detail: "" };
  if (error) return { word: "error", detail: error.message };
  if (isEmpty && !isLoading) return { word: "empty", detail: "" };
  if (instrument.state === "imported") return { word: "history", detail: "" };
  if (instrument.state !== "live") return { word: "stale", detail: instrument.reason ?? instrument.state };
  return { word: isPolled ? "polled" : "live", detail: "" };
}
