import { systemClock } from "../../core/clock.ts";
import { UsageError } from "../../core/usage-error.ts";
import { compareModes, type Measurement } from "../../report/compare.ts";
import { formatComparison } from "../../report/comparison-table.ts";
import { createTally } from "../../report/tally.ts";
import type { CommandLine } from "../command-line.ts";
import { exitCodeOf } from "../exit-code.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { type MeasuredWork, measuredList } from "../measured-work.ts";
import { createProgress, progressKind } from "../progress.ts";
import { createValues, readProgress } from "../settings.ts";
import { whole } from "../settings-limits.ts";
import type { Terminal } from "../terminal.ts";

const MODES = ["sequential", "concurrent"] as const;

/**
 * `fanfetch compare get|map|crawl|run …`: the same work in both modes, interleaved, with connections alike in
 * both; the table (or JSON) on stdout. Exits with 1 where anything failed.
 */
export async function compare(line: CommandLine, terminal: Terminal): Promise<number> {
  checkComparable(line);
  const values = createValues(line);
  const repetitions = whole(values, "repetitions", 1) ?? 7;
  const shown = values.last("format") ?? "table";

  await using work = await openWork(line, terminal);
  const kind = progressKind(readProgress(values), terminal, "other");
  using progress = createProgress({
    // Rounds are what a person follows here, not the requests within.
    kind: kind === "bar" || kind === "plain" ? "none" : kind,
    terminal,
    clock: systemClock,
    tally: createTally(),
    title: work.title,
  });
  using interrupts = listenForInterrupts(process, systemClock, () =>
    progress.say("stopping, no result"),
  );
  const how = { signals: interrupts, listen: progress.listen };

  const runs: Record<(typeof MODES)[number], Measurement[]> = { sequential: [], concurrent: [] };
  for (let round = 0; round <= repetitions; round += 1) {
    if (kind === "bar" || kind === "plain") {
      progress.say(round === 0 ? "warming up" : `repetition ${round} of ${repetitions}`);
    }
    // Each mode goes first in every other round: a drift of the server favours neither.
    for (const mode of round % 2 === 0 ? MODES : MODES.toReversed()) {
      const run = await work.measure(mode, how);
      if (interrupts.exitCode !== undefined)
        return exitCodeOf(createTally(), { interrupted: interrupts.exitCode });
      if (run === undefined) return 1;
      // The first round opens the connections, fills the caches, and does not count.
      if (round > 0) runs[mode].push(run);
    }
  }
  const result = compareModes(runs.sequential, runs.concurrent);
  const { title, connections } = work;
  await terminal.stdout.write(
    shown === "json"
      ? `${JSON.stringify({ title, connections, ...result, runs }, undefined, 2)}\n`
      : formatComparison(result, { title, connections }),
  );
  return result.failed > 0 ? 1 : 0;
}

/** Opens what is compared; crawls and jobs are loaded for those who compare them. */
async function openWork(line: CommandLine, terminal: Terminal): Promise<MeasuredWork> {
  // --format belongs to the report here; a table's own format is told by its name.
  const values = new Map([...line.values].filter(([name]) => !OWN.has(name)));
  const compared = { ...line, values };
  if (line.compared === "crawl") {
    const { measuredCrawl } = await import("../measured-crawl.ts");
    return await measuredCrawl(compared);
  }
  if (line.compared === "run") {
    const { measuredJob } = await import("../measured-job.ts");
    return await measuredJob(compared, terminal);
  }
  return await measuredList(compared);
}

const OWN: ReadonlySet<string> = new Set(["format", "repetitions"]);

function checkComparable(line: CommandLine): void {
  for (const name of ["output", "save", "pick", "summary", "mode"]) {
    if (line.values.has(name))
      throw new UsageError(`compare writes no answers; leave --${name} out`);
  }
}
