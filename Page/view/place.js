import { INTERVALS } from "../data/intervals.js";
import { LANGUAGES } from "../strings.js";

/** The smallest prints that can be chosen, in quote currency. */
export const THRESHOLDS = [10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000];

/** What can stand below the charts; the first is shown where the address names none. */
export const SHEETS = ["interest", "options", "feeds"];

/** What is shown, read from an address: `?i=binance-spot:BTCUSDT&interval=1m&from=…&to=…&large=50000&theme=dark&lang=zh&tz=utc`. */
export function readPlace(query) {
  const given = new URLSearchParams(query);
  const [venue, ...symbol] = (given.get("i") ?? "").split(":");
  const time = (name) => {
    // What browsers read beyond ISO 8601 is not alike in all of them.
    const text = given.get(name) ?? "";
    const milliseconds = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?$/.test(text) ? Date.parse(text) : NaN;
    return Number.isFinite(milliseconds) ? milliseconds * 1000 : null;
  };
  const among = (name, all, usual) => (all.includes(given.get(name)) ? given.get(name) : usual);
  const [from, to] = [time("from"), time("to")];
  const isRange = from !== null && to !== null && from < to;
  const large = Number(given.get("large"));
  return {
    venue: symbol.length ? venue : null,
    symbol: symbol.join(":") || null,
    interval: among("interval", INTERVALS, "1m"),
    from: isRange ? from : null,
    to: isRange ? to : null,
    large: THRESHOLDS.includes(large) ? large : 50_000,
    panel: among("panel", SHEETS, SHEETS[0]),
    theme: among("theme", ["dark", "light"], null),
    lang: among("lang", LANGUAGES, null),
    tz: among("tz", ["utc", "local"], null),
  };
}

/** The address of what is shown; what is as usual is left out. */
export function writePlace(place) {
  const iso = (time) => new Date(time / 1000).toISOString().replace(".000Z", "Z");
  const parts = [];
  if (place.venue) parts.push(`i=${place.venue}:${encodeURIComponent(place.symbol).replaceAll("%3A", ":")}`);
  parts.push(`interval=${place.interval}`);
  if (place.from !== null && place.to !== null) parts.push(`from=${iso(place.from)}`, `to=${iso(place.to)}`);
  if (place.large !== 50_000) parts.push(`large=${place.large}`);
  if (place.panel !== SHEETS[0]) parts.push(`panel=${place.panel}`);
  for (const name of ["theme", "lang", "tz"]) if (place[name]) parts.push(`${name}=${place[name]}`);
  return `?${parts.join("&")}`;
}
