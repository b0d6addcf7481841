import type { Clock } from "../core/clock.ts";
import type { HostMemory } from "../policy/host-memory.ts";
import { createQuota } from "../policy/quota.ts";
import type { Spacing } from "../policy/token-bucket.ts";
import type { Rate } from "./session-options.ts";

/** Rates that hold for a while, for each host by itself. */
export interface HostRates {
  /** From now on these rates hold, with nothing spent of them yet. @throws RangeError as `createQuota` */
  turnTo(rates: readonly Rate[]): void;
  /** The host's rates together with another spacing; undefined where there is neither. */
  of(host: string, other: Spacing | undefined): Spacing | undefined;
}

/** The rates of so many hosts are counted; the oldest is forgotten first. */
const MOST_HOSTS = 100_000;

/** No rates yet. What is spent of long ones is counted in the memory, where there is one. */
export function createHostRates({
  memory,
  clock,
}: {
  readonly memory: HostMemory | undefined;
  readonly clock: Clock;
}): HostRates {
  const quotas = new Map<string, Spacing>();
  let rates: readonly Rate[] = [];

  function quotaOf(host: string): Spacing {
    let quota = quotas.get(host);
    if (quota === undefined) {
      quota = createQuota(rates, memory && { memory, scope: host, clock });
      quotas.set(host, quota);
      if (quotas.size > MOST_HOSTS) quotas.delete(quotas.keys().next().value!);
    }
    return quota;
  }

  return {
    turnTo(next) {
      // For what it throws, before anything is asked.
      createQuota(next);
      rates = next;
      quotas.clear();
    },
    of(host, other) {
      if (rates.length === 0) return other;
      const quota = quotaOf(host);
      if (other === undefined) return quota;
      return {
        nextAt: (nowMs) => Math.max(quota.nextAt(nowMs), other.nextAt(nowMs)),
        take(atMs) {
          quota.take(atMs);
          other.take(atMs);
        },
      };
    },
  };
}
