import { UsageError } from "../../core/usage-error.ts";
import { formatCount } from "../../formats/quantity.ts";
import { visible } from "../../formats/visible.ts";
import { changeToJson, type ChangedThing } from "../../report/change-columns.ts";
import { changeWords, countsToJson, isDifferent } from "../../report/change-counts.ts";
import { changeLines } from "../../report/change-table.ts";
import { compareRuns, type RunChanges } from "../../report/run-changes.ts";
import { outputsOf } from "../../report/run-output.ts";
import { type ChangesTarget, readChangesTarget, writeChanges } from "../changes-file.ts";
import type { CommandLine } from "../command-line.ts";
import { comparedParts, type TwoRuns, unfinishedWords } from "../compared-runs.ts";
import { refuseOutputs } from "../export-file.ts";
import { keepHeapSmall } from "../../runs/keep-heap-small.ts";
import { runWord } from "../run-word.ts";
import { createValues } from "../settings.ts";
import { whole } from "../settings-limits.ts";
import { openToRead, readError } from "../../runs/open-to-read.ts";
import { shownAs, tellLines } from "../tell-result.ts";
import type { Terminal } from "../terminal.ts";
import { foundRun, type NamedRun, stepRuns } from "../which-run.ts";

/** Changes that the table lists unless --limit says otherwise; JSON has all. */
const SHOWN_CHANGES = 20;

/**
 * `fanfetch diff BEFORE AFTER`: what is new, changed, gone and unchanged from one run to another, by key.
 * Exit code 0 where nothing differs, 1 where something does.
 */
export async function diff(line: CommandLine, terminal: Terminal): Promise<number> {
  const [one, other, more] = line.positionals;
  if (one === undefined || other === undefined || more !== undefined) {
    throw new UsageError(
      `diff takes two runs, the earlier one first: fanfetch diff BEFORE AFTER; fanfetch runs lists them`,
    );
  }
  const values = createValues(line);
  const exists = values.has("force") ? "overwrite" : "refuse";
  const output = values.last("output");
  const target = output === undefined ? undefined : readChangesTarget("-o", output, exists);
  const limit = whole(values, "limit", 0);
  const runs = { before: foundRun(one), after: foundRun(other) };
  // Before the inputs are opened: from then on relative names are meant from where each run was begun.
  const names = [runs.before, runs.after].map(nameOf).join(" → ");
  using _heap = keepHeapSmall("many");
  try {
    for (const words of unfinishedWords(runs)) void terminal.stderr.write(`${words}\n`);
    if (target !== undefined) refuseOwnOutputs(target, runs);
    using changes = await compareRuns(comparedParts(runs));
    return await tell(changes, { runs, names, target, limit, line, terminal });
  } catch (error) {
    throw readError(error);
  }
}

/** @throws UsageError where changes would take the place of what one of the runs wrote */
function refuseOwnOutputs(target: ChangesTarget, runs: TwoRuns): void {
  for (const { kind, directory } of [runs.before, runs.after]) {
    for (const own of kind === "job" ? stepRuns(directory) : [directory]) {
      using store = openToRead(own);
      refuseOutputs(target, outputsOf(store));
    }
  }
}

interface Telling {
  readonly runs: TwoRuns;
  readonly names: string;
  readonly target: ChangesTarget | undefined;
  readonly limit: number | undefined;
  readonly line: CommandLine;
  readonly terminal: Terminal;
}

async function tell(
  changes: RunChanges,
  { runs, names, target, limit, line, terminal }: Telling,
): Promise<number> {
  const { counts } = changes;
  const exitCode = isDifferent(counts) ? 1 : 0;
  if (target !== undefined) {
    const interrupted = await writeChanges(target, changes.changes(), terminal);
    if (interrupted !== undefined) return interrupted;
    if (target.path === "-") return exitCode;
  }
  if (shownAs(line) === "json") {
    const head = {
      before: runs.before.directory,
      after: runs.after.directory,
      differs: isDifferent(counts),
      ...countsToJson(counts),
      steps: changes.parts.flatMap(({ step, counts: own }) =>
        step === undefined ? [] : [{ step, ...countsToJson(own) }],
      ),
    };
    await tellListed(terminal, head, firstOf(changes.changes(), limit ?? Infinity));
    return exitCode;
  }
  const { stdout } = terminal;
  const most = target === undefined ? (limit ?? SHOWN_CHANGES) : 0;
  const shown = [...firstOf(changes.changes(), most)];
  const all = counts.new + counts.changed + counts.gone + counts.failed;
  const rest = all - shown.length;
  const width = stdout.seenBy === "person" ? stdout.columns : undefined;
  await tellLines(terminal, [
    names,
    ...changes.parts.map(({ step, counts: own }) =>
      step === undefined ? changeWords(own) : `${visible(step)}: ${changeWords(own)}`,
    ),
    ...(shown.length === 0 ? [] : ["", ...changeLines(shown, width)]),
    ...(rest > 0 && target === undefined
      ? ["", `and ${formatCount(rest)} more; --limit ${all} lists all, -o FILE writes them`]
      : []),
    ...(target === undefined
      ? []
      : [`${formatCount(all)} ${all === 1 ? "change" : "changes"} → ${visible(target.name)}`]),
  ]);
  return exitCode;
}

function nameOf({ directory }: NamedRun): string {
  return visible(runWord(directory));
}

/** JSON with a line per change, written as they are read. */
async function tellListed(
  { stdout }: Terminal,
  head: object,
  things: Iterable<ChangedThing>,
): Promise<void> {
  await stdout.write(`${JSON.stringify(head, undefined, 2).slice(0, -2)},\n  "changes": [`);
  let before = "\n";
  for (const thing of things) {
    await stdout.write(`${before}    ${JSON.stringify(changeToJson(thing))}`);
    before = ",\n";
  }
  await stdout.write(before === "\n" ? "]\n}\n" : "\n  ]\n}\n");
}

/** The first things; nothing is looked for beyond them. */
function* firstOf(things: Iterable<ChangedThing>, most: number): Generator<ChangedThing> {
  let left = most;
  if (left === 0) return;
  for (const thing of things) {
    yield thing;
    left -= 1;
    if (left === 0) return;
  }
}
