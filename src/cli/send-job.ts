import { systemClock } from "../core/clock.ts";
import { UsageError } from "../core/usage-error.ts";
import { openHostMemory } from "../memory/host-memory.ts";
import { stateFolder } from "../memory/state-folder.ts";
import type { AskedJob } from "../runs/ask-job.ts";
import { finishedRunOf } from "../runs/finished-run.ts";
import { openJob, type OpenJob } from "../runs/open-job.ts";
import type { Again } from "../runs/work-retry.ts";
import type { CommandLine } from "./command-line.ts";
import { checkDistinctFiles, type NamedFile } from "./distinct-files.ts";
import { runWork } from "./run-work.ts";
import { createValues, readOnChange, readProgress, type Settings } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

/** How a job is sent. */
export interface SendJobOptions {
  readonly terminal: Terminal;
  /** What was typed, with what a run that goes on was begun with. */
  readonly line: CommandLine;
  /** The run to go on with. @default that of the same job, or a new one */
  readonly existing?: string;
  /** Failures that are owed again. @default none */
  readonly again?: Again | undefined;
}

/** Runs a job, or goes on with the run of the same job; the exit code. @throws UsageError, RunStopped */
export async function sendJob(
  asked: AskedJob,
  { terminal, line, existing, again }: SendJobOptions,
): Promise<number> {
  const early: string[] = [];
  let tell = (sentence: string): void => void early.push(sentence);
  await using memory = openHostMemory({
    folder: stateFolder(process.env),
    clock: systemClock,
    onTrouble: (sentence) => tell(sentence),
  });
  const directory = line.values.get("run")?.at(-1);
  if (directory === "") throw new UsageError("--run needs the name of a directory");
  const since = existing === undefined ? sinceOf(asked, line) : undefined;
  await using job = await openJob(asked, { existing, directory, since, again, memory });
  return await runWork(
    async (progress, tally) => {
      tell = (sentence) => progress.say(sentence);
      for (const sentence of early) tell(sentence);
      return await job.prepare(progress, tally);
    },
    toldSettings(job, asked, line),
    { terminal, title: asked.describes.title },
  );
}

/** What holds for the job as a whole, and how it is told of. */
function toldSettings({ settings }: OpenJob, asked: AskedJob, line: CommandLine): Settings {
  const { job } = asked;
  const values = createValues(line);
  checkDistinctFiles([
    ["the job", line.positionals[0]],
    ["--summary", values.last("summary")],
    ["--changes", asked.options.changes?.file?.path],
    ...job.steps.map(({ id, step }): NamedFile => [`the output of step ${id}`, step.output]),
  ]);
  const isOnStdout = job.steps.some(({ step }) => step.output === "-");
  return {
    ...settings,
    output: { ...settings.output, path: "-", kind: isOnStdout ? "records" : "none" },
    progress: readProgress(values),
    summary: values.last("summary"),
    changes: asked.options.changes,
    onChange: readOnChange(values),
    hints: [],
  };
}

/**
 * The finished run that --changed compares with; undefined without the option, or where there is none.
 * @throws UsageError together with a directory of its own
 */
function sinceOf(asked: AskedJob, { values }: CommandLine): string | undefined {
  if (!values.has("changed")) {
    const option = ["changes", "exit-on-change"].find((name) => values.has(name));
    if (option === undefined) return undefined;
    throw new UsageError(
      `--${option} tells what has changed since the run before: it needs --changed`,
    );
  }
  if (values.has("run") || values.has("force")) {
    throw new UsageError(
      "--changed begins a run of its own beside the earlier one; leave out --run and --force",
    );
  }
  return finishedRunOf(asked);
}
