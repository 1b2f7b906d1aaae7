import { exact, nearest } from "./delta.js";

export const WINDOWS = ["8H", "1D"];
/** Whose options are counted, alone or together. */
export const OPTION_EXCHANGES = ["OKX", "Deribit", "OKX,Deribit"];
export const MARKETS = ["us-security", "us-index", "hk-security", "hk-index"];
export const MEASURES = ["volume", "open-interest"];

const KINDS = ["buy", "sell", "unknown", "block"];
const ratio = (puts, calls) => (puts !== null && calls > 0 ? puts / calls : null);

/** All coins of calls or of puts that were traded in a window, blocks and those of unknown takers among them. */
export const volumeOf = (row, type) => nearest(KINDS.reduce((sum, kind) => sum + exact(row[`${type}_${kind}`]), 0n));

/** The windows from the first on of which anything is known. */
export function knownOf(rows) {
  const first = rows.findIndex((row) => row.trades > 0 || row.quality !== "gap" || row.call_open_interest !== null);
  return first < 0 ? [] : rows.slice(first);
}

/** Puts over calls at the end of each window, by volume and by open interest; null where there are no calls, or it is not known. */
export function putCallRatios(rows) {
  return rows.map((row) => ({
    time: row.end, quality: row.quality, volume: ratio(volumeOf(row, "put"), volumeOf(row, "call")), interest: ratio(row.put_open_interest, row.call_open_interest),
  }));
}

/** The days of a market's answer by the time at which each begins, by the market's own calendar. */
export const daysOf = ({ days }) => days.map((day) => ({ ...day, time: Date.parse(day.day) * 1000 }));
