import { UsageError } from "../core/usage-error.ts";
import type { RunIdentity } from "../queue/run-directories.ts";
import type { CommandLine } from "./command-line.ts";
import { readText } from "./read-text.ts";
import type { RunJob } from "../runs/run-settings.ts";
import { openToRead } from "../runs/open-to-read.ts";
import type { WorkSettings } from "../runs/work-settings.ts";
import { readSettings } from "./settings.ts";

/** The job of a run and the digest of its work. @throws UsageError */
export function storedJob(directory: string): { readonly job: RunJob; readonly work: string } {
  using journal = openToRead(directory);
  return { job: journal.fact<RunJob>("job")!, work: journal.fact<RunIdentity>("identity")!.work };
}

/**
 * The settings of a run, to read its input and its outputs again; secrets are left out of them. Relative names are meant from where it was begun.
 * @throws UsageError
 */
export async function storedSettings(directory: string): Promise<WorkSettings> {
  const { job } = storedJob(directory);
  enter(job);
  const { command, positionals } = job;
  const line = { command, compared: undefined, asks: "work" as const, positionals };
  const typed = { ...line, values: new Map(job.values) };
  if (command !== "run") return await readSettings(command, typed, readText);
  const { storedStep } = await import("./stored-step.ts");
  return await storedStep(directory, typed);
}

/**
 * The command line that began a run, with options given now in place of or beside its own; from now on
 * relative names are meant from where it was begun.
 * @throws UsageError where its folder is gone or a secret, which no run keeps, is not given again.
 */
export function continuedLine(job: RunJob, now: CommandLine): CommandLine {
  const values = new Map(job.values);
  for (const [name, given] of now.values) {
    values.delete(name.startsWith("no-") ? name.slice(3) : `no-${name}`);
    values.set(name, name === "header" ? [...(values.get(name) ?? []), ...given] : given);
  }
  const missing = job.withheld.filter((option) => !isGiven(option, now));
  if (missing.length > 0) {
    throw new UsageError(
      `this run sent secrets, which are not kept (${missing.join(", ")}); give them again, or repeat the command that began it`,
    );
  }
  enter(job);
  return { ...now, command: job.command, values, positionals: job.positionals };
}

function enter({ cwd }: RunJob): void {
  try {
    process.chdir(cwd);
  } catch (error) {
    throw new UsageError(`the run was begun in ${cwd}, which is not there`, { cause: error });
  }
}

function isGiven(option: string, { values }: CommandLine): boolean {
  const [flag = "", field] = option.replace(/^--/, "").split(" ");
  const given = values.get(flag);
  if (field === undefined || given === undefined) return given !== undefined;
  return given.some((header) => header.toLowerCase().startsWith(`${field.toLowerCase()}:`));
}
