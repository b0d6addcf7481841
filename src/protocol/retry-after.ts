/** The clock of the reader and of the reply. */
export interface RetryAfterContext {
  /** Wall-clock time now, in milliseconds since the epoch. */
  readonly nowMs: number;
  /** The reply's own Date field: the server's clock, against which it meant its date. */
  readonly dateHeader: string | undefined;
}

/**
 * Milliseconds to wait as a Retry-After field says (RFC 9110 §10.2.3): whole seconds, or a date in one
 * of the three forms of §5.6.7, relative to the reply's own Date. Anything else is undefined; a date
 * that has passed is 0.
 */
export function parseRetryAfter(
  value: string | undefined,
  { nowMs, dateHeader }: RetryAfterContext,
): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d{1,15}$/.test(text)) return Number(text) * 1_000;
  const dateMs = parseHttpDate(text, nowMs);
  if (dateMs === undefined) return undefined;
  const serverNowMs =
    dateHeader === undefined ? undefined : parseHttpDate(dateHeader.trim(), nowMs);
  return Math.max(0, dateMs - (serverNowMs ?? nowMs));
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const TIME = String.raw`(\d\d):(\d\d):(\d\d)`;
const IMF_FIXDATE = new RegExp(
  `^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\\d\\d) (\\w{3}) (\\d{4}) ${TIME} GMT$`,
);
const RFC_850 = new RegExp(
  `^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\\d\\d)-(\\w{3})-(\\d\\d) ${TIME} GMT$`,
);
const ASCTIME = new RegExp(
  `^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (\\w{3}) ([ \\d]\\d) ${TIME} (\\d{4})$`,
);

/** An HTTP-date in any of its three forms (RFC 9110 §5.6.7) in milliseconds since the epoch. */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  const fixdate = IMF_FIXDATE.exec(text);
  if (fixdate !== null) {
    const [, day, month, year, ...time] = fixdate;
    return toMs(Number(year), month!, day!, time);
  }
  const rfc850 = RFC_850.exec(text);
  if (rfc850 !== null) {
    const [, day, month, year, ...time] = rfc850;
    return toMs(fullYear(Number(year), nowMs), month!, day!, time);
  }
  const asctime = ASCTIME.exec(text);
  if (asctime === null) return undefined;
  const [, month, day, hours, minutes, seconds, year] = asctime;
  return toMs(Number(year), month!, day!.trim(), [hours!, minutes!, seconds!]);
}

/** A two-digit year more than 50 years ahead means the past century (RFC 9110 §5.6.7). */
function fullYear(twoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}

function toMs(
  year: number,
  month: string,
  day: string,
  time: readonly string[],
): number | undefined {
  const monthIndex = MONTHS.indexOf(month);
  const [hours, minutes, seconds] = time.map(Number) as [number, number, number];
  if (monthIndex === -1 || hours > 23 || minutes > 59 || seconds > 60) return undefined;
  const ms = Date.UTC(year, monthIndex, Number(day), hours, minutes, seconds);
  return new Date(ms).getUTCDate() === Number(day) || seconds === 60 ? ms : undefined;
}
