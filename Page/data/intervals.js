// Lengths of bars, as the API names them. Times are whole microseconds everywhere in data/.

export const SECOND = 1_000_000;
export const DAY = 86_400 * SECOND;

const LENGTHS = {
  "1s": 1, "5s": 5, "15s": 15, "30s": 30, "1m": 60, "3m": 180, "5m": 300, "15m": 900, "30m": 1800,
  "1h": 3600, "2h": 7200, "4h": 14400, "6h": 21600, "8h": 28800, "12h": 43200, "1d": 86400, "1w": 604800,
};

export const INTERVALS = Object.keys(LENGTHS);

/** The length of an interval in microseconds. */
export const lengthOf = (interval) => LENGTHS[interval] * SECOND;

/** The beginning of the UTC day that holds a time: what CVD is counted from. */
export const startOfDay = (time) => time - (time % DAY);
