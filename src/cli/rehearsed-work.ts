import type { Evidence } from "../rehearsal/evidence.ts";
import type { AnswerMaker } from "../rehearsal/made-up-answer.ts";
import { plausibleAnswers } from "../rehearsal/made-up-answer.ts";
import { openPipeline } from "../runs/pipeline.ts";
import type { SendingCommand } from "../runs/run-settings.ts";
import { openAhead } from "../runs/work-run.ts";
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

/** The settings of a command that is rehearsed, and what is known of its work by them. @throws UsageError */
export async function readRehearsed(command: SendingCommand, line: CommandLine) {
  const settings = await readSettings(command, line, readText);
  const work = {
    title: titleOf(settings),
    progress: settings.progress,
    declared: declaredBy(settings),
    onFailure: settings.onFailure,
    rowsAtOnce: settings.sharing?.batch?.size ?? 1,
  };
  return { settings, work };
}

/** The work of `get` and `map`. @throws UsageError */
export async function rehearsedList(line: CommandLine): Promise<RehearsedWork> {
  const command = line.compared === "map" ? "map" : "get";
  const { settings, work } = await readRehearsed(command, line);
  return {
    ...work,
    answers: (given) => given ?? plausibleAnswers(pickedFields(settings.output.picks)),
    run: async (stage, how) =>
      await runRehearsed(await rehearsedSettings(settings, stage), work.title, how),
  };
}

/** Runs one piece of work, and notes all of it. */
export async function runRehearsed(
  settings: Settings,
  title: string,
  { terminal, notes }: Rehearsing,
): Promise<number> {
  let tell = (_line: string): void => {};
  await using pipeline = await openPipeline(settings, {
    opening: openAhead(settings),
    say: (line) => tell(line),
  });
  return await runWork(
    async (progress) => {
      tell = (line) => progress.say(line);
      return noted(await pipeline.prepare(settings, () => {}), notes);
    },
    settings,
    { terminal, title },
  );
}

/** Work of which everything is noted; there is no run to go on with. */
export function noted(work: Work, notes: ClientNotes): Work {
  const { directory: _gone, ...rest } = work;
  return {
    ...rest,
    durable: undefined,
    run: (listeners, signals, counters) =>
      work.run([...listeners, notes.listen], signals, counters),
  };
}
