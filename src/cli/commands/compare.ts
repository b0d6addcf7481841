import { systemClock } from "../../core/clock.ts";
import { UsageError } from "../../core/usage-error.ts";
import { compareModes, type Measurement } from "../../report/compare.ts";
import { formatComparison } from "../../report/comparison-table.ts";
import { createTally } from "../../report/tally.ts";
import type { CommandLine } from "../command-line.ts";
import { exitCodeOf } from "../exit-code.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { measured, measurementOf, tallyRun } from "../measure.ts";
import { openPipeline } from "../../runs/pipeline.ts";
import { createProgress, progressKind } from "../progress.ts";
import { readText } from "../read-text.ts";
import { createValues, readSettings, type Settings } from "../settings.ts";
import { whole } from "../settings-limits.ts";
import type { Terminal } from "../terminal.ts";
import { titleOf } from "../work-title.ts";

const MODES = ["sequential", "concurrent"] as const;

/**
 * `fanfetch compare get|map …`: the same work in both modes, on the same warm connections,
 * interleaved; the table (or JSON) on stdout. Exits with 1 where anything failed.
 */
export async function compare(line: CommandLine, terminal: Terminal): Promise<number> {
  const command = line.compared === "map" ? "map" : "get";
  // --format belongs to the report here; a table's own format is told by its name.
  const values = new Map([...line.values].filter(([name]) => name !== "format"));
  const settings = await readSettings(command, { ...line, values }, readText);
  checkComparable(settings, line);
  const repetitions = whole(createValues(line), "repetitions", 1) ?? 7;
  const shown = line.values.get("format")?.at(-1) ?? "table";

  await using pipeline = await openPipeline(settings);
  const kind = progressKind(settings.progress, terminal, "other");
  using progress = createProgress({
    // Rounds are what a person follows here, not the requests within.
    kind: kind === "bar" || kind === "plain" ? "none" : kind,
    terminal,
    clock: systemClock,
    tally: createTally(),
    title: titleOf(settings),
  });
  using interrupts = listenForInterrupts(process, systemClock, () =>
    progress.say("stopping, no result"),
  );
  const measure = async (mode: (typeof MODES)[number]): Promise<Measurement> =>
    measurementOf(await tallyRun(pipeline, measured(settings, mode), interrupts, progress.listen));

  const runs: Record<(typeof MODES)[number], Measurement[]> = { sequential: [], concurrent: [] };
  for (let round = 0; round <= repetitions; round += 1) {
    if (kind === "bar" || kind === "plain") {
      progress.say(round === 0 ? "warming up" : `repetition ${round} of ${repetitions}`);
    }
    // Each mode goes first in every other round: a drift of the server favours neither.
    for (const mode of round % 2 === 0 ? MODES : MODES.toReversed()) {
      const run = await measure(mode);
      if (interrupts.exitCode !== undefined)
        return exitCodeOf(createTally(), { interrupted: interrupts.exitCode });
      // The first round opens the connections, fills the caches, and does not count.
      if (round > 0) runs[mode].push(run);
    }
  }
  const result = compareModes(runs.sequential, runs.concurrent);
  await terminal.stdout.write(
    shown === "json"
      ? `${JSON.stringify({ title: titleOf(settings), ...result, runs }, undefined, 2)}\n`
      : formatComparison(titleOf(settings), result),
  );
  return result.failed > 0 ? 1 : 0;
}

function checkComparable(settings: Settings, line: CommandLine): void {
  const { input } = settings;
  if (input.kind !== "urls" && input.path === "-") {
    throw new UsageError("compare reads its input several times; write stdin to a file first");
  }
  for (const name of ["output", "save", "pick", "summary", "mode"]) {
    if (line.values.has(name))
      throw new UsageError(`compare writes no answers; leave --${name} out`);
  }
}
