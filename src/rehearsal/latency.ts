import { parseDuration } from "../formats/quantity.ts";
import type { Exchange } from "./exchange.ts";
import { hashOf } from "./random.ts";

/** How long answers take: from the least to the most, in milliseconds. */
export interface Latency {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** Reads `200ms` or `100ms-300ms`. @throws UsageError for anything else. */
export function parseLatency(text: string): Latency {
  const [least = "", most = least] = text.split("-");
  const leastMs = parseDuration(least);
  return { leastMs, mostMs: Math.max(leastMs, parseDuration(most)) };
}

/** The latency of one request, in milliseconds: between the two, always the same for one URL. */
export function latencyOf({ leastMs, mostMs }: Latency, { seen, stage }: Exchange): number {
  if (leastMs === mostMs) return leastMs;
  return leastMs + (mostMs - leastMs) * (hashOf(seen.target, stage.seed) / 2 ** 32);
}
