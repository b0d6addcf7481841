import { UsageError } from "../core/usage-error.ts";
import { exactMoney } from "../formats/money.ts";
import { formatCount } from "../formats/quantity.ts";
import type { CommandLine } from "./command-line.ts";
import { exitCodeOfStop } from "./exit-code.ts";
import { haltWords } from "../runs/halt-words.ts";
import { MOST_SAMPLED, type Sample } from "./planned-work.ts";
import { createValues } from "./settings.ts";
import { whole } from "./settings-limits.ts";
import type { Terminal } from "./terminal.ts";

/** Requests that `--sample` wants sent; 0 without it. @throws UsageError for too many */
export function sampleSize(line: CommandLine): number {
  const wanted = whole(createValues(line), "sample", 1) ?? 0;
  if (wanted > MOST_SAMPLED) {
    throw new UsageError(`--sample sends at most ${formatCount(MOST_SAMPLED)} requests`);
  }
  return wanted;
}

/** 1 where a request failed; as a run's where the sample stopped itself or was interrupted. */
export function exitCodeOfSample(
  { outcomes, halted, interrupted }: Sample,
  terminal: Terminal,
): number {
  if (interrupted !== undefined) return interrupted;
  if (halted !== undefined) {
    void terminal.stderr.write(`fanfetch: ${haltWords(halted)}\n`);
    return exitCodeOfStop(halted.reason);
  }
  return outcomes.some(({ kind }) => kind !== "answered") ? 1 : 0;
}

/** What was sent, in words. */
export function sentWords(samples: readonly Sample[]): string {
  if (samples.length === 0) return "nothing was sent";
  let requests = 0;
  let cost: bigint | undefined;
  for (const sample of samples) {
    requests += sample.requests;
    if (sample.cost !== undefined) cost = (cost ?? 0n) + sample.cost;
  }
  const paid = cost === undefined ? "" : ` for ${exactMoney(cost)}`;
  const were = requests === 1 ? "1 request was" : `${formatCount(requests)} requests were`;
  return `${were} sent${paid}; the answers are not kept`;
}

/**
 * How many of `wanted` samples each of several inputs gives, whose sizes these are: the same number each, as far
 * as it has them; what is left over goes to the others, the first ones first.
 */
export function allotSamples(wanted: number, sizes: readonly number[]): readonly number[] {
  const given = sizes.map(() => 0);
  let left = wanted;
  for (;;) {
    const before = left;
    for (const [index, size] of sizes.entries()) {
      if (left === 0 || given[index]! >= size) continue;
      given[index]! += 1;
      left -= 1;
    }
    if (left === 0 || left === before) return given;
  }
}
