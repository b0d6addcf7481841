import { parseDuration, parseRate, type Rate } from "../formats/quantity.ts";
import type { JobLimits, JobTotals } from "./job.ts";

/** How much at once; undefined is the product's own choice. */
export interface CompiledLimits {
  readonly concurrency: number | undefined;
  readonly perHost: number | undefined;
  readonly rates: readonly Rate[];
}

/** How long and how often; undefined is the product's own choice. Times in milliseconds. */
export interface CompiledTotals extends CompiledLimits {
  readonly timeoutMs: number | undefined;
  readonly connectTimeoutMs: number | undefined;
  readonly retries: number | undefined;
  readonly maxRetryAfterMs: number | undefined;
}

/** Limits in numbers. */
export function limitsOf({ concurrency, perHost, rate = [] }: JobLimits = {}): CompiledLimits {
  const rates = typeof rate === "string" ? [rate] : rate;
  return {
    concurrency: concurrency === "auto" ? undefined : concurrency,
    perHost: perHost === "auto" ? undefined : perHost,
    rates: rates.filter((one) => one !== "auto").map(parseRate),
  };
}

/** A job's limits in numbers. */
export function totalsOf(totals: JobTotals = {}): CompiledTotals {
  const { timeout, connectTimeout, retries, maxRetryAfter } = totals;
  const ms = (text: string | undefined): number | undefined =>
    text === undefined ? undefined : parseDuration(text);
  return {
    ...limitsOf(totals),
    timeoutMs: ms(timeout),
    connectTimeoutMs: ms(connectTimeout),
    retries,
    maxRetryAfterMs: ms(maxRetryAfter),
  };
}
