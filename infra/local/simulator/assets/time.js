// Instants on the stack's clock, shown in the reader's time zone.

let offset = 0;
let still = null;

/** Takes over the stack's time: an ISO instant, and whether the clock stands still. */
export function setClock(now, frozen) {
  const at = Date.parse(now);
  still = frozen ? at : null;
  offset = at - Date.now();
}

/** The stack's present, in milliseconds since 1970. */
export const now = () => still ?? Date.now() + offset;

const format = (options) => new Intl.DateTimeFormat("en-GB", options);
const SHORT_TIME = format({ hour: "2-digit", minute: "2-digit" });
const LONG_TIME = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const SHORT_DATE = format({ day: "2-digit", month: "2-digit", year: "numeric" });
const LONG_DATE = format({ day: "numeric", month: "long", year: "numeric" });
const FULL = format({ day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" });
const WITH_DAY = format({ weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" });
const CLOCK = format({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const DAY = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });

export const dayOf = (at) => DAY.format(at);
export const clockOf = (at) => CLOCK.format(at);
export const shortTime = (at) => SHORT_TIME.format(at);
export const withDay = (at) => WITH_DAY.format(at);
export const secondsOf = (at) => LONG_TIME.format(at);

/** The head of a message: today and yesterday by name. */
export function messageTime(at) {
  const day = (time) => new Date(time).toDateString();
  if (day(at) === day(now())) return `Today at ${SHORT_TIME.format(at)}`;
  if (day(at) === day(now() - 86_400_000)) return `Yesterday at ${SHORT_TIME.format(at)}`;
  return `${SHORT_DATE.format(at)} ${SHORT_TIME.format(at)}`;
}

const STEPS = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];
const RELATIVE = new Intl.RelativeTimeFormat("en-GB", { numeric: "always" });

export function relative(at) {
  const seconds = Math.round((at - now()) / 1000);
  const [unit, size] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? STEPS[STEPS.length - 1];
  return RELATIVE.format(Math.trunc(seconds / size), unit);
}

/** A Discord timestamp of a style (t, T, d, D, f, F, R). */
export function stamp(seconds, style) {
  const at = seconds * 1000;
  const styles = { t: SHORT_TIME, T: LONG_TIME, d: SHORT_DATE, D: LONG_DATE, F: WITH_DAY };
  return style === "R" ? relative(at) : (styles[style] ?? FULL).format(at);
}

/** Keeps relative times true while the clock runs. */
export function tick() {
  for (const node of document.querySelectorAll("time[data-relative]")) {
    const text = relative(Number(node.dataset.relative) * 1000);
    if (node.textContent !== text) node.textContent = text;
  }
}

/** Whether a value can be shown as a date at all. */
export const isDate = (seconds) => Math.abs(seconds) <= 8_640_000_000_000;
