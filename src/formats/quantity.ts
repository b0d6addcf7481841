import { UsageError } from "../core/usage-error.ts";

/** At most `count` in every `perMs` milliseconds. */
export interface Rate {
  readonly count: number;
  readonly perMs: number;
}

/** Tells of a status code whether it is in the set; `text` is the set as it was written. */
export interface StatusSet {
  (status: number): boolean;
  readonly text: string;
}

const DURATION_UNITS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["sec", 1000],
  ["m", 60_000],
  ["min", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["b", 1],
  ...["k", "m", "g", "t"].flatMap((letter, power): [string, number][] => [
    [`${letter}b`, 1000 ** (power + 1)],
    [`${letter}ib`, 1024 ** (power + 1)],
  ]),
]);

/**
 * Milliseconds of a duration: `500ms`, `30s`, `1m30s`, `2h`, `1.5d`; a bare number is seconds.
 * @throws UsageError for anything else.
 */
export function parseDuration(text: string): number {
  const compact = text.trim();
  if (/^\d+(?:\.\d+)?$/.test(compact)) return Number(compact) * 1000;
  let totalMs = 0;
  let read = 0;
  for (const part of compact.matchAll(/(\d+(?:\.\d+)?) ?([a-z]+) ?/gy)) {
    const unitMs = DURATION_UNITS.get(part[2]!);
    if (unitMs === undefined) break;
    totalMs += Number(part[1]) * unitMs;
    read += part[0].length;
  }
  if (read === 0 || read < compact.length) {
    throw new UsageError(`"${text}" is not a duration; write for example 30s, 500ms or 1m30s`);
  }
  return totalMs;
}

/**
 * Bytes of a size: `10MB` and `10kB` count in thousands, `64KiB` in 1024s; a bare number is bytes.
 * @throws UsageError for anything else.
 */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text.trim());
  const unitBytes = SIZE_UNITS.get(match?.[2]?.toLowerCase() ?? "?");
  if (match === null || unitBytes === undefined) {
    throw new UsageError(`"${text}" is not a size; write for example 10MB, 64KiB or 500kB`);
  }
  return Math.round(Number(match[1]) * unitBytes);
}

/**
 * A rate: `10/s`, `100/m`, `5000/d`, `10/500ms`.
 * @throws UsageError for anything else, and for a rate of nothing.
 */
export function parseRate(text: string): Rate {
  const match = /^(\d+) ?\/ ?(\d+(?:\.\d+)?)? ?([a-z]+)$/.exec(text.trim());
  const count = Number(match?.[1] ?? 0);
  const perMs = Number(match?.[2] ?? 1) * (DURATION_UNITS.get(match?.[3] ?? "") ?? 0);
  if (!(count > 0 && perMs > 0)) {
    throw new UsageError(
      `"${text}" is not a rate; write for example 10/s, 100/m, 5000/d or 10/500ms`,
    );
  }
  return { count, perMs };
}

/**
 * A whole number of things, at least `least`; `27,000` and `27_000` are read as they look.
 * @throws UsageError for anything else.
 */
export function parseCount(text: string, least = 1): number {
  const match = /^\d+(?:[,_]\d{3})*$/.exec(text.trim());
  const count = Number((match?.[0] ?? "NaN").replaceAll(/[,_]/g, ""));
  if (!Number.isSafeInteger(count) || count < least) {
    throw new UsageError(
      `"${text}" is not a whole number of at least ${least}; write for example 100`,
    );
  }
  return count;
}

/**
 * A set of status codes: `2xx,404,500-599`.
 * @throws UsageError for anything else, and for what no status can be.
 */
export function parseStatusSet(text: string): StatusSet {
  const ranges = text.split(",").map((part): readonly [number, number] => {
    const match = /^([1-5])xx$|^([1-9]\d\d)(?:-([1-9]\d\d))?$/i.exec(part.trim());
    const low = Number(match?.[2] ?? Number(match?.[1]) * 100);
    const high = match?.[1] === undefined ? Number(match?.[3] ?? low) : low + 99;
    if (match === null || high < low) {
      throw new UsageError(
        `"${part.trim()}" is not a status or a range of them; write for example 2xx,404,500-599`,
      );
    }
    return [low, high];
  });
  const holds = (status: number): boolean =>
    ranges.some(([low, high]) => status >= low && status <= high);
  return Object.assign(holds, { text });
}

/** A duration for people: `41 ms`, `1.53 s`, `41.2 s`, `4 min 41 s`, `2 h 29 min`, `6 d 2 h`. */
export function formatDuration(ms: number): string {
  if (ms > 0 && ms < 0.95) return `${Math.max(0.1, ms).toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 3599.5) return twoUnits(Math.round(seconds), 60, "min", "s");
  if (seconds < 86_370) return twoUnits(Math.round(seconds / 60), 60, "h", "min");
  return twoUnits(Math.round(seconds / 3600), 24, "d", "h");
}

/** A size for people, in thousands: `198 B`, `1.5 kB`, `198 kB`, `3.2 MB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  let value = bytes;
  let unit = "";
  for (unit of ["kB", "MB", "GB", "TB", "PB"]) {
    value /= 1000;
    if (value < 999.5) break;
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
}

/** A number of things with its thousands set off: `27,000`. */
export function formatCount(count: number | bigint): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** A rate as it would be written on the command line: `10/s`, `5000/d`, `10/500ms`. */
export function formatRate({ count, perMs }: Rate): string {
  for (const unit of ["d", "h", "m", "s"]) {
    if (perMs === DURATION_UNITS.get(unit)) return `${count}/${unit}`;
  }
  return perMs % 1000 === 0 ? `${count}/${perMs / 1000}s` : `${count}/${perMs}ms`;
}

function twoUnits(small: number, size: number, large: string, unit: string): string {
  const rest = small % size;
  const whole = `${Math.floor(small / size)} ${large}`;
  return rest === 0 ? whole : `${whole} ${rest} ${unit}`;
}
