const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const TIME = "(\\d{2}):(\\d{2}):(\\d{2})";
const MONTH = `(${MONTHS.join("|")})`;
const DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
const LONG_DAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day";

const IMF_FIXDATE = new RegExp(`^${DAY}, (\\d{2}) ${MONTH} (\\d{4}) ${TIME} GMT$`);
const RFC850 = new RegExp(`^${LONG_DAY}, (\\d{2})-${MONTH}-(\\d{2}) ${TIME} GMT$`);
const ASCTIME = new RegExp(`^${DAY} ${MONTH} ((?:\\d| )\\d) ${TIME} (\\d{4})$`);

/**
 * The time of an HTTP date in milliseconds since the epoch, or undefined for anything else. Reads the
 * three forms of RFC 9110 §5.6.7, case-sensitive as they are there; a weekday that does not fit its
 * date is let pass, a day that its month has not is refused. `nowMs` settles the century of the form
 * with a two-digit year: more than 50 years ahead means the past.
 */
export function parseHttpDate(value: string, nowMs: number): number | undefined {
  let match = IMF_FIXDATE.exec(value);
  if (match !== null) {
    const [, day, month, year, hour, minute, second] = match;
    return timeOf(Number(year), month!, day!, [hour!, minute!, second!]);
  }
  match = RFC850.exec(value);
  if (match !== null) {
    const [, day, month, shortYear, hour, minute, second] = match;
    const thisYear = new Date(nowMs).getUTCFullYear();
    let year = thisYear - (thisYear % 100) + Number(shortYear);
    if (year > thisYear + 50) year -= 100;
    return timeOf(year, month!, day!, [hour!, minute!, second!]);
  }
  match = ASCTIME.exec(value);
  if (match === null) return undefined;
  const [, month, day, hour, minute, second, year] = match;
  return timeOf(Number(year), month!, day!, [hour!, minute!, second!]);
}

function timeOf(
  year: number,
  monthName: string,
  dayText: string,
  time: readonly [string, string, string],
): number | undefined {
  const month = MONTHS.indexOf(monthName);
  const day = Number(dayText);
  const [hour, minute, second] = time.map(Number) as [number, number, number];
  // Second 60 is a leap second: the grammar allows it, and it becomes the next minute's first.
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(0);
  // Not Date.UTC: that takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year, month, day);
  if (date.getUTCMonth() !== month || date.getUTCDate() !== day) return undefined;
  return date.setUTCHours(hour, minute, second);
}
