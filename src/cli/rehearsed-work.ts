import type { Evidence } from "../rehearsal/evidence.ts";
import type { AnswerMaker } from "../rehearsal/made-up-answer.ts";
import { plausibleAnswers } from "../rehearsal/made-up-answer.ts";
import { openPipeline } from "../runs/pipeline.ts";
import type { Work } from "../runs/work.ts";
import type { ClientNotes } from "./client-notes.ts";
import type { CommandLine } from "./command-line.ts";
import { declaredBy } from "./declared-limits.ts";
import { readText } from "./read-text.ts";
import { pickedFields, rehearsedSettings, type Stage } from "./rehearsed-settings.ts";
import { runWork } from "./run-work.ts";
import { readSettings, type Settings } from "./settings.ts";
import type { Terminal } from "./terminal.ts";
import { titleOf } from "./work-title.ts";

/** A command that is rehearsed. */
export interface RehearsedWork {
  readonly title: string;
  readonly progress: Settings["progress"];
  readonly declared: Evidence["declared"];
  /** Rows that share a request at most. */
  readonly rowsAtOnce: number;
  /** What becomes of the rest where a request fails. */
  readonly onFailure: Settings["onFailure"];
  /** What the server answers; `given` is what --answers says. */
  answers(given: AnswerMaker | undefined): AnswerMaker | Promise<AnswerMaker>;
  /** Runs it, all connections leading to the stage; the exit code. */
  run(stage: Stage, how: Rehearsing): Promise<number>;
}

/** Who watches a rehearsal. */
export interface Rehearsing {
  readonly terminal: Terminal;
  readonly notes: ClientNotes;
}

/** The work of `get` and `map`. @throws UsageError */
export async function rehearsedList(line: CommandLine): Promise<RehearsedWork> {
  const command = line.compared === "map" ? "map" : "get";
  const settings = await readSettings(command, line, readText);
  const title = titleOf(settings);
  return {
    title,
    progress: settings.progress,
    declared: declaredBy(settings),
    onFailure: settings.onFailure,
    rowsAtOnce: settings.sharing?.batch?.size ?? 1,
    answers: (given) => given ?? plausibleAnswers(pickedFields(settings.output.picks)),
    run: async (stage, how) =>
      await runRehearsed(await rehearsedSettings(settings, stage), title, how),
  };
}

/** Runs one piece of work in memory, and notes all of it. */
export async function runRehearsed(
  settings: Settings,
  title: string,
  { terminal, notes }: Rehearsing,
): Promise<number> {
  await using pipeline = await openPipeline(settings);
  return await runWork(
    async () => noted(await pipeline.prepare(settings, () => {}), notes),
    settings,
    { terminal, title },
  );
}

/** Work of which everything is noted; there is no run to go on with. */
export function noted(work: Work, notes: ClientNotes): Work {
  const { directory: _gone, ...rest } = work;
  return {
    ...rest,
    run: (listeners, signals, counters) =>
      work.run([...listeners, notes.listen], signals, counters),
  };
}
