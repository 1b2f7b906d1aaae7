// The cumulative delta, summed as decimals: a sum of doubles would drift from what /v1/cvd says.

const DIGITS = 18;

/** A double as a whole number of 10^-18, from the shortest decimal that names it. */
export function exact(value) {
  const [mantissa, exponent = "0"] = String(value).split("e");
  const [whole, fraction = ""] = mantissa.split(".");
  const shift = DIGITS - fraction.length + Number(exponent);
  const digits = BigInt(whole + fraction);
  return shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
}

/** The double nearest to a whole number of 10^-18. */
export function nearest(sum) {
  return Number(`${sum}e-${DIGITS}`);
}

/**
 * The cumulative delta at the end of each bar: zero where the bar at `anchor` begins, falling and rising from there both ways.
 *
 * `base` is what it is before the first bar at or after the anchor that is held; it is not zero where bars between are not held.
 */
export function cumulate(bars, anchor, base = 0) {
  const sums = new Array(bars.length);
  const start = bars.findIndex((bar) => bar.time >= anchor);
  const first = start < 0 ? bars.length : start;
  let sum = exact(base);
  for (let index = first; index < bars.length; index += 1) {
    sum += exact(bars[index].flow?.values.volume_delta ?? 0);
    sums[index] = nearest(sum);
  }
  sum = exact(base);
  for (let index = first - 1; index >= 0; index -= 1) {
    sums[index] = nearest(sum);
    sum -= exact(bars[index].flow?.values.volume_delta ?? 0);
  }
  return sums;
}
