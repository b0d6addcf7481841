import { formatCount, formatDuration } from "../formats/quantity.ts";
import { byHost, type Check, type Declared, type Evidence, isAnswered } from "./evidence.ts";
import type { SeenRequest } from "./seen-request.ts";

/** Share of what the limit allowed that is to be used … */
const SHARE = 0.7;
/** … and where each refusal costs a wait that the server names. */
const SHARE_WITH_WAITS = 0.5;
/** In a shorter run, finding the limit is most of it. */
const LEAST_MS = 15_000;

/** Most of what a host's limit allowed, and the client's own limits, was made use of. */
export function judgeGoodput(evidence: Evidence): Check {
  const { model = "", declared } = evidence;
  const least = /\bretry-after\b/.test(model) ? SHARE_WITH_WAITS : SHARE;
  const name = `at least ${least * 100} % of what was allowed is used`;
  const unjudged = (words: string): Check => ({ name, result: "not judged", evidence: words });
  const [first, ...others] = byHost(evidence.seen);
  if (first === undefined) return unjudged("nothing was asked");
  // What one does not use, another may have had.
  if (others.length > 0) return unjudged("several hosts share the places");
  if (evidence.faults.places === "held") return unjudged("faults held places");
  const use = useOf(first[0], first[1], evidence);
  if (use === undefined) return unjudged("nothing limited it");
  const { rates, perHost, concurrency } = declared;
  const isBound = rates.length > 0 || perHost !== undefined || concurrency !== undefined;
  const bound = isBound ? ", within what was declared" : "";
  const words = `${formatCount(use.answered)} answers of ${formatCount(Math.floor(use.allowed))} in ${formatDuration(use.forMs)} (${Math.round(use.share * 100)} %${bound})`;
  if (use.forMs < LEAST_MS) {
    return unjudged(`${words}; shorter than 15 s`);
  }
  return { name, result: use.share >= least ? "passed" : "failed", evidence: words };
}

interface Use {
  readonly answered: number;
  readonly allowed: number;
  readonly share: number;
  readonly forMs: number;
}

/** What one host would have answered and what it did; undefined where nothing limited it. */
function useOf(host: string, seen: readonly SeenRequest[], evidence: Evidence): Use | undefined {
  const { declared, limitOf, serviceMs, faults } = evidence;
  const good = seen.filter((one) => isAnswered(one, declared));
  const fromMs = seen[0]!.atMs;
  const toMs = good.reduce((latest, { endedMs = 0 }) => Math.max(latest, endedMs), fromMs);
  const own = limitOf(host)?.allowance(fromMs, toMs, serviceMs) ?? Infinity;
  const most = Math.min(own, declaredAllowance(declared, toMs - fromMs, serviceMs));
  const allowed = most * faults.openShare;
  if (allowed === Infinity || allowed <= 0) return undefined;
  return { answered: good.length, allowed, share: good.length / allowed, forMs: toMs - fromMs };
}

function declaredAllowance(declared: Declared, forMs: number, serviceMs: number): number {
  const { rates, perHost = Infinity, concurrency = Infinity } = declared;
  const places = Math.min(perHost, concurrency);
  const byPlaces = serviceMs === 0 ? Infinity : (places * forMs) / serviceMs;
  return Math.min(byPlaces, ...rates.map(({ count, perMs }) => 1 + (count * forMs) / perMs));
}
