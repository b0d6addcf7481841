import { UsageError } from "../../core/usage-error.ts";
import { didYouMean } from "../../formats/nearest.ts";
import { parseDuration } from "../../formats/quantity.ts";
import { visible } from "../../formats/visible.ts";
import { RUNS_FOLDER } from "../../queue/run-directories.ts";
import { formatRuns, runToJson } from "../../report/run-listing.ts";
import type { CommandLine } from "../command-line.ts";
import { EXIT_LOCKED } from "../exit-code.ts";
import { listRuns } from "../list-runs.ts";
import { formatPruned, pruneRuns } from "../prune-runs.ts";
import { shownAs, tellLines, tellJson } from "../tell-result.ts";
import type { Terminal } from "../terminal.ts";
import { foundRun } from "../which-run.ts";

/** `fanfetch runs`: a line per run below `.fanfetch`; `runs prune` removes those that are done with. */
export async function runs(line: CommandLine, terminal: Terminal): Promise<number> {
  const [word, ...words] = line.positionals;
  if (word === "prune") return await prune(words, line, terminal);
  if (word !== undefined) {
    const hint = didYouMean(word, ["prune"]) || `; fanfetch show ${visible(word)} tells of one run`;
    throw new UsageError(`runs takes no run, "${visible(word)}" is too much${hint}`);
  }
  if (line.values.has("older")) throw new UsageError("--older belongs to runs prune");
  const listed = listRuns();
  if (shownAs(line) === "json") await tellJson(terminal, listed.map(runToJson));
  else if (listed.length > 0) await tellLines(terminal, formatRuns(listed));
  else await tellLines(terminal, [`there is no run in ${RUNS_FOLDER}`]);
  return 0;
}

async function prune(
  words: readonly string[],
  line: CommandLine,
  terminal: Terminal,
): Promise<number> {
  const older = line.values.get("older")?.at(-1);
  if (older !== undefined && words.length > 0) {
    throw new UsageError(
      "name the runs or say --older, not both: named runs go whatever their age",
    );
  }
  const named = [...new Set(words.map((word) => foundRun(word).directory))];
  const pruned = pruneRuns({ named, endedBeforeMs: endedBefore(older) });
  if (shownAs(line) === "json") {
    const { removed, kept, notes } = pruned;
    const bytes = removed.reduce((sum, one) => sum + one.bytes, 0);
    await tellJson(terminal, {
      removed,
      kept: kept.map(({ run, why }) => ({ run, why })),
      notes,
      bytes,
    });
  } else await tellLines(terminal, formatPruned(pruned));
  if (pruned.kept.some(({ cause }) => cause === "locked")) return EXIT_LOCKED;
  return pruned.kept.length > 0 ? 1 : 0;
}

/** The moment before which a run has to have ended. */
function endedBefore(older: string | undefined): number {
  if (older === undefined) return Number.POSITIVE_INFINITY;
  try {
    return Date.now() - parseDuration(older);
  } catch (error) {
    throw new UsageError(`--older: ${(error as Error).message}`, { cause: error });
  }
}
