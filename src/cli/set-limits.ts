import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import { parseCount, parseRate } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import type { LimitProfile } from "../policy/limit-profile.ts";

/** Limits that a user declares; undefined takes one away. */
export type DeclaredLimits = Partial<Pick<LimitProfile, "rate" | "burst" | "concurrency">>;

/** What takes a limit away. */
const NONE = "none";

const READERS: Readonly<Record<keyof DeclaredLimits, (text: string) => number>> = {
  rate(text) {
    const { count, perMs } = parseRate(text);
    return (count * 1000) / perMs;
  },
  burst: (text) => parseCount(text, 1),
  concurrency: (text) => parseCount(text, 1),
};

/**
 * Reads `rate=20/s,concurrency=8`.
 * @throws UsageError for a limit that there is not, naming the nearest, and for a value that is none.
 */
export function readDeclaredLimits(texts: readonly string[]): DeclaredLimits {
  const found: Record<string, number | undefined> = {};
  for (const part of texts.flatMap((text) => text.split(","))) {
    const [, name = part, value = ""] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/s.exec(part) ?? [];
    const names = Object.keys(READERS);
    if (!names.includes(name)) {
      const hint = didYouMean(name, names) || `; there are ${names.join(", ")}`;
      throw new UsageError(`--set: "${visible(name)}" is not a limit${hint}`);
    }
    try {
      found[name] = value === NONE ? undefined : READERS[name as keyof DeclaredLimits](value);
    } catch (error) {
      throw new UsageError(`--set ${name}: ${(error as Error).message}`, { cause: error });
    }
  }
  return found;
}

/**
 * A profile with what the user declared. What was learned beside it is left out: it belongs to the
 * limits that stood there before.
 */
export function declare(profile: LimitProfile | undefined, limits: DeclaredLimits): LimitProfile {
  return {
    rate: profile?.rate,
    burst: profile?.burst,
    concurrency: profile?.concurrency,
    latencyMs: profile?.latencyMs,
    ...limits,
    evidence: ["declared"],
    detail: {},
  };
}
