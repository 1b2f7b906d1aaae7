// Numbers as they are shown: fixed digits, so that a column stands still while it changes.

/** How many decimals tell prices of this size apart: about six significant digits, at least two from one upwards. */
export function priceDigits(prices) {
  let digits = 0;
  let largest = 0;
  for (const price of prices) {
    if (!Number.isFinite(price)) continue;
    largest = Math.max(largest, Math.abs(price));
    const text = String(price);
    const fraction = text.includes("e-") ? 8 : (text.split(".")[1] ?? "").length;
    digits = Math.max(digits, fraction);
  }
  return Math.min(8, Math.max(digits, largest < 1 && largest > 0 ? 4 : 0));
}

/** How many decimals an average of prices is shown with, which has any number of them itself: seven digits in all. */
export const averageDigits = (price) => (price > 0 ? Math.max(0, 6 - Math.floor(Math.log10(price))) : 2);

const formats = new Map();

/** A number with exactly this many decimals and thousands parted: `71,284.20`. */
export function fixed(value, digits) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (!formats.has(digits)) {
    formats.set(digits, new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  }
  return formats.get(digits).format(value);
}

/** With a plus or a minus sign of the same width. */
export function signed(value, digits) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const text = fixed(Math.abs(value), digits);
  return /[1-9]/.test(text) ? (value < 0 ? `−${text}` : `+${text}`) : text;
}

/** A volume: three decimals below a thousand, none from a hundred thousand. */
export function volumeDigits(value) {
  const size = Math.abs(value ?? 0);
  return size < 1000 ? 3 : size < 100_000 ? 1 : 0;
}

export const volume = (value) => fixed(value, volumeDigits(value));
export const signedVolume = (value) => signed(value, volumeDigits(value));

/** Coins in a narrow column: four digits or more. */
export const coins = (value) => fixed(value, Math.abs(value ?? 0) < 10 ? 3 : Math.abs(value) < 1000 ? 1 : 0);

/** A large number in few characters: `128.0k`, `1.28M`. */
export function short(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 999_500_000) return `${(value / 1e9).toFixed(2)}B`;
  if (size >= 999_500) return `${(value / 1e6).toFixed(2)}M`;
  if (size >= 1000) return `${(value / 1e3).toFixed(1)}k`;
  return value.toFixed(0);
}

/** A share as percent with one decimal. */
export const percent = (share) => (Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : "–");

/** Milliseconds, or seconds where there are many. */
export function lag(microseconds) {
  if (microseconds === null || microseconds === undefined) return "–";
  const milliseconds = microseconds / 1000;
  return Math.abs(milliseconds) < 10_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
