import { formatCount } from "../formats/quantity.ts";
import { countBelow, createDepartureLog } from "./departures.ts";
import type { Check, Evidence } from "./evidence.ts";

/** Timers may fire so much before their time. */
const EARLY_MS = 5;

/** A time in which a host is to be left alone, as far as its client knows of it. */
interface Hold {
  readonly knownMs: number;
  readonly untilMs: number;
}

/**
 * No request leaves for a host while it has asked to be left alone (Retry-After). What left before
 * its client knew of that is not blamed on it: when that was, the client's own notes tell.
 */
export function judgeHolds({ seen, client, declared }: Evidence): Check {
  const name = "no request while a host said not before";
  const log = createDepartureLog(client.departures);
  const holds = new Map<string, Hold[]>();
  let cut = 0;
  for (const one of seen) {
    if (one.heldUntilMs === undefined || one.endedMs === undefined) continue;
    // A longer wait is cut to the longest that is obeyed.
    const obeyedMs = one.endedMs + declared.maxRetryAfterMs;
    if (one.heldUntilMs > obeyedMs) cut += 1;
    const known = holds.get(one.host);
    const hold = { knownMs: log.knownMs(one), untilMs: Math.min(one.heldUntilMs, obeyedMs) };
    if (known === undefined) holds.set(one.host, [hold]);
    else known.push(hold);
  }
  const named = [...holds.values()].reduce((sum, list) => sum + list.length, 0);
  if (named === 0) return { name, result: "not judged", evidence: "the server named none" };
  const tooLong = cut === 0 ? "" : `; ${formatCount(cut)} cut to --max-retry-after`;
  const untilAt = new Map([...holds].map(([host, list]) => [host, lookUp(list)]));
  let early = 0;
  for (const one of seen) {
    const untilMs = untilAt.get(one.host)?.(log.leftMs(one)) ?? -Infinity;
    if (one.atMs < untilMs - EARLY_MS) early += 1;
  }
  return {
    name,
    result: early === 0 ? "passed" : "failed",
    evidence: `waits that the server named: ${formatCount(named)}, requests before their end: ${formatCount(early)}${tooLong}`,
  };
}

/** Tells until when is to be waited by somebody who leaves at a time, of all holds known before it. */
function lookUp(list: readonly Hold[]): (leftMs: number) => number {
  const holds = list.toSorted((a, b) => a.knownMs - b.knownMs);
  let latestMs = -Infinity;
  const until = holds.map(({ untilMs }) => (latestMs = Math.max(latestMs, untilMs)));
  return (leftMs) => {
    const known = countBelow(holds.length, (index) => holds[index]!.knownMs < leftMs);
    return known === 0 ? -Infinity : until[known - 1]!;
  };
}
