// Times as they are shown, in the reader's zone or in UTC. Times come in as whole microseconds.

let isUtc = false;
let language = "en";
let formats = {};

export function setClock({ utc, lang }) {
  isUtc = utc;
  language = lang;
  formats = {};
}

function format(name, options) {
  formats[name] ??= new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
    hourCycle: "h23", ...(isUtc ? { timeZone: "UTC" } : {}), ...options,
  });
  return formats[name];
}

const date = (time) => new Date(time / 1000);

export const hourMinute = (time) => format("hm", { hour: "2-digit", minute: "2-digit" }).format(date(time));
export const clockTime = (time) => format("hms", { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(date(time));
export const day = (time) => format("d", { day: "numeric", month: "short" }).format(date(time));
export const year = (time) => format("y", { year: "numeric" }).format(date(time));
export const dayTime = (time) => format("dhm", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(date(time));
export const full = (time) =>
  format("full", { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(date(time));

/** The label of a mark of the axis: a date where a day begins, else the time of day. */
export function mark(time, interval) {
  const isMidnight = clockTime(time) === "00:00:00";
  if (isMidnight || interval >= 86_400_000_000) return day(time);
  return interval < 60_000_000 && time % 60_000_000 ? clockTime(time) : hourMinute(time);
}
