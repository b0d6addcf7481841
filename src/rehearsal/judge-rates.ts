import { formatDuration, formatRate } from "../formats/quantity.ts";
import { byHost, type Check, type Evidence } from "./evidence.ts";
import { mostWithin } from "./peaks.ts";

/** Arrivals are less even than departures: windows are judged shorter by this share, at most … */
const JITTER_SHARE = 0.05;
/** … this many milliseconds. */
const MOST_JITTER_MS = 50;

/** Never more arrivals at one host in any such time than each declared rate allows. */
export function judgeRates({ seen, declared }: Evidence): readonly Check[] {
  const hosts = [...byHost(seen).values()];
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
