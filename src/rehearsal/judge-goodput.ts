import { formatCount, formatDuration } from "../formats/quantity.ts";
import { byHost, type Check, type Declared, type Evidence, isAnswered } from "./evidence.ts";
import type { SeenRequest } from "./seen-request.ts";

/** Share of what the limit allowed that is to be used … */
const SHARE = 0.7;
/** … and where each refusal costs a wait that the server names. */
const SHARE_WITH_WAITS = 0.5;
/** In a shorter run, finding the limit is most of it. */
const LEAST_MS = 15_000;

/** Most of what each host's limit allowed, and the client's own limits, was made use of. */
export function judgeGoodput(evidence: Evidence): Check {
  const { model = "", declared } = evidence;
  const least = /\bretry-after\b/.test(model) ? SHARE_WITH_WAITS : SHARE;
  const name = `at least ${least * 100} % of what was allowed is used`;
  const uses = [...byHost(evidence.seen)].flatMap(([host, seen]) => {
    const use = useOf(host, seen, evidence);
    return use === undefined ? [] : [use];
  });
  if (uses.length === 0) return { name, result: "not judged", evidence: "nothing limited it" };
  const worst = uses.reduce((one, other) => (other.share < one.share ? other : one));
  const bound =
    declared.rates.length > 0 || declared.perHost !== undefined ? ", within what was declared" : "";
  const words = `${formatCount(worst.answered)} answers of ${formatCount(Math.floor(worst.allowed))} in ${formatDuration(worst.forMs)} (${Math.round(worst.share * 100)} %${bound})`;
  if (worst.forMs < LEAST_MS) {
    return { name, result: "not judged", evidence: `${words}; shorter than 15 s` };
  }
  return { name, result: worst.share >= least ? "passed" : "failed", evidence: words };
}

interface Use {
  readonly answered: number;
  readonly allowed: number;
  readonly share: number;
  readonly forMs: number;
}

/** What one host would have answered and what it did; undefined where nothing limited it. */
function useOf(host: string, seen: readonly SeenRequest[], evidence: Evidence): Use | undefined {
  const { declared, limitOf, serviceMs } = evidence;
  const good = seen.filter((one) => isAnswered(one, declared));
  const fromMs = seen[0]!.atMs;
  const toMs = good.reduce((latest, { endedMs = 0 }) => Math.max(latest, endedMs), fromMs);
  const own = limitOf(host)?.allowance(fromMs, toMs, serviceMs) ?? Infinity;
  const allowed = Math.min(own, declaredAllowance(declared, toMs - fromMs, serviceMs));
  if (allowed === Infinity || own === Infinity || allowed <= 0) return undefined;
  return { answered: good.length, allowed, share: good.length / allowed, forMs: toMs - fromMs };
}

function declaredAllowance({ rates, perHost }: Declared, forMs: number, serviceMs: number): number {
  const places =
    perHost === undefined || serviceMs === 0 ? Infinity : (perHost * forMs) / serviceMs;
  return Math.min(places, ...rates.map(({ count, perMs }) => 1 + (count * forMs) / perMs));
}
