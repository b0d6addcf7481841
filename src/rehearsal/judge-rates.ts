import { formatDuration, formatRate } from "../formats/quantity.ts";
import { createDepartureLog } from "./departures.ts";
import { byHost, type Check, type Evidence } from "./evidence.ts";
import { mostWithin } from "./peaks.ts";

/** Arrivals are less even than departures: windows are judged shorter by this share, at most … */
const JITTER_SHARE = 0.05;
/** … this many milliseconds. */
const MOST_JITTER_MS = 50;

/**
 * Never more requests at one host in any such time than each declared rate allows. Those that left
 * apart and arrived together, because this machine had other things to do, are taken as they left.
 */
export function judgeRates({ seen, client, declared }: Evidence): readonly Check[] {
  if (declared.rates.length === 0) return [];
  const log = createDepartureLog(client.departures);
  const hosts = byHost(seen)
    .values()
    .map((requests) => requests.map((one) => ({ atMs: log.leftMs(one) })))
    .map((times) => times.toSorted((a, b) => a.atMs - b.atMs))
    .toArray();
  return declared.rates.map((rate) => {
    const jitterMs = Math.min(rate.perMs * JITTER_SHARE, MOST_JITTER_MS);
    const windowMs = rate.perMs - jitterMs;
    const most = hosts.reduce((highest, one) => Math.max(highest, mostWithin(one, windowMs)), 0);
    return {
      name: `never more to one host than --rate ${formatRate(rate)}`,
      result: most <= rate.count ? "passed" : "failed",
      evidence: `most in any ${formatDuration(rate.perMs)}: ${most} (${formatDuration(jitterMs)} left to jitter)`,
    };
  });
}
