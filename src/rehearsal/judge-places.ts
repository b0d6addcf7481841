import { byHost, type Check, type Evidence } from "./evidence.ts";
import { mostAtOnce } from "./peaks.ts";
import type { SeenRequest } from "./seen-request.ts";

/** A client that gives a request up is rid of it before its server hears of that. */
const LATE_MS = 50;

/** Never more under way to one host than was declared. */
export function judgeHostPlaces({ seen, declared }: Evidence): Check {
  const ofOne = byHost(seen)
    .values()
    .reduce((highest, requests) => Math.max(highest, mostAtOnce(requests.map(spanOf))), 0);
  return placesCheck("--per-host", "to one host", ofOne, declared.perHost);
}

/** Never more under way in all than was declared. */
export function judgeAllPlaces({ seen, declared }: Evidence): Check {
  return placesCheck("-j", "in all", mostAtOnce(seen.map(spanOf)), declared.concurrency);
}

function spanOf({ atMs, endedMs, status }: SeenRequest): Pick<SeenRequest, "atMs" | "endedMs"> {
  if (endedMs === undefined || status !== undefined) return { atMs, endedMs };
  return { atMs, endedMs: Math.max(atMs, endedMs - LATE_MS) };
}

function placesCheck(
  flag: string,
  where: string,
  most: number,
  declared: number | undefined,
): Check {
  const evidence = `most at once ${where}: ${most}`;
  if (declared === undefined) {
    return {
      name: `in flight ${where}: as ${flag} declares`,
      result: "not judged",
      evidence: `${evidence}; nothing was declared`,
    };
  }
  return {
    name: `never more in flight ${where} than ${flag} ${declared}`,
    result: most <= declared ? "passed" : "failed",
    evidence,
  };
}
