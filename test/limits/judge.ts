import { limitModelOf } from "../../src/rehearsal/limit-model.ts";
import type { RateLearner } from "../../src/policy/rate-learner.ts";
import { type Simulated, simulate, type Simulation } from "./simulate.ts";

/** How well a client did against one server. */
export interface Judged {
  /** Shares of what the server allows, accepted from 0 to 15 s, from 0 and from 5 s to the end. */
  readonly early: number;
  readonly whole: number;
  readonly warm: number;
  /** Shares of what was sent that was refused or dropped, in 15 s and in all. */
  readonly refusedEarly: number;
  readonly refused: number;
  readonly lost: number;
  /** 95th percentile of what was in flight. */
  readonly inFlight: number;
}

/** Plays one client for `forMs` against one server and counts. */
export function judge(
  spec: string,
  client: RateLearner,
  seed: number,
  more: Partial<Simulation> = {},
): Judged {
  const model = limitModelOf(spec);
  const forMs = more.forMs ?? 60_000;
  const seen = simulate({ client, model, seed, forMs, ...more });
  return judged(seen, spec, model.allowance.bind(model), forMs, more.roundTripMs ?? 50);
}

type Allowance = (fromMs: number, toMs: number, serviceMs: number) => number;

function judged(
  seen: Simulated,
  spec: string,
  allowance: Allowance,
  forMs: number,
  roundTripMs: number,
): Judged {
  // Who keeps N places busy keeps them busy for a whole round trip each.
  const serviceMs = /places/.test(spec) ? roundTripMs : roundTripMs * 0.8 - 0.75;
  const share = (fromMs: number, toMs: number): number => {
    const most = Math.min(
      allowance(fromMs, toMs, serviceMs),
      (256 * (toMs - fromMs)) / roundTripMs,
    );
    return countIn(seen.acceptedAt, fromMs, toMs) / most;
  };
  const refusedIn = (toMs: number): number => {
    const refused = countIn(seen.refusedAt, 0, toMs);
    return refused / Math.max(1, refused + countIn(seen.acceptedAt, 0, toMs));
  };
  const sorted = Uint32Array.from(seen.inFlight).sort();
  return {
    early: share(0, Math.min(forMs, 15_000)),
    whole: share(0, forMs),
    warm: forMs > 5000 ? share(5000, forMs) : Number.NaN,
    refusedEarly: refusedIn(15_000),
    refused: refusedIn(forMs),
    lost: seen.lost,
    inFlight: sorted[Math.floor(sorted.length * 0.95)] ?? 0,
  };
}

function countIn(times: readonly number[], fromMs: number, toMs: number): number {
  let count = 0;
  for (const at of times) if (at >= fromMs && at < toMs) count += 1;
  return count;
}
