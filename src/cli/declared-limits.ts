import { SESSION_DEFAULTS } from "../engine/session-options.ts";
import type { Rate } from "../formats/quantity.ts";
import { LONGEST_WAIT_MS } from "../middleware/patience.ts";
import type { Declared } from "../rehearsal/evidence.ts";
import type { WorkSettings } from "../runs/work-settings.ts";

/** What a command promises the servers; `auto` promises nothing. */
export function declaredBy(settings: WorkSettings): Declared {
  const { session, limits, mode, request, retryIf } = settings;
  const { perHost = "auto", concurrency = "auto", rates = [] } = session.limits ?? {};
  const isSequential = mode === "sequential";
  return {
    perHost: isSequential ? 1 : perHost === "auto" ? undefined : perHost,
    concurrency: isSequential ? 1 : concurrency === "auto" ? undefined : concurrency,
    rates,
    maxRetryAfterMs:
      limits.wait === "wait"
        ? LONGEST_WAIT_MS
        : (session.maxRetryAfterMs ?? SESSION_DEFAULTS.maxRetryAfterMs),
    retries: session.retries ?? SESSION_DEFAULTS.retries,
    userAgent: request.removedHeaders.includes("user-agent") ? "left out" : "sent",
    answersAskedAgain: retryIf === undefined ? "never" : "by a rule",
    accept: session.accept ?? ((status) => status >= 200 && status < 300),
  };
}

/** What several pieces of work promise together: the most that any of them allows itself. */
export function declaredTogether(all: readonly Declared[]): Declared {
  const [first, ...others] = all;
  const most = (name: "perHost" | "concurrency"): number | undefined =>
    all.some((one) => one[name] === undefined)
      ? undefined
      : Math.max(...all.map((one) => one[name]!));
  const isCommon = (rate: Rate): boolean =>
    others.every(({ rates }) =>
      rates.some(({ count, perMs }) => count === rate.count && perMs === rate.perMs),
    );
  return {
    ...first!,
    perHost: most("perHost"),
    concurrency: most("concurrency"),
    rates: first!.rates.filter(isCommon),
    answersAskedAgain: all.some((one) => one.answersAskedAgain === "by a rule")
      ? "by a rule"
      : "never",
    accept: (status) => all.some(({ accept }) => accept(status)),
  };
}
