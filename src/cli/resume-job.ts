import { dirname, resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
import { readJobIdentity } from "../queue/job-directory.ts";
import type { CommandLine } from "./command-line.ts";
import { readAskedJob } from "./read-asked-job.ts";
import type { RunJob } from "../runs/run-settings.ts";
import { shownPath } from "../runs/shown-path.ts";
import { continuedLine } from "./stored-job.ts";
import type { Again } from "../runs/work-retry.ts";
import type { Terminal } from "./terminal.ts";

/** The directory of a job's run, from that of one of its steps. */
export function jobOfStep(directory: string): string {
  return dirname(dirname(resolve(directory)));
}

/** A job that a program ran is nowhere written. @throws UsageError */
export function refuseProgram({ positionals }: Pick<RunJob, "positionals">): void {
  if (positionals.length > 0) return;
  throw new UsageError("this run was begun by a program; run that again to go on with it");
}

/** Goes on with the run of a job, as it was begun; with `again`, what failed is owed again. @throws UsageError where the job is another one by now */
export async function resumeJob(
  directory: string,
  line: CommandLine,
  { terminal, again }: { readonly terminal: Terminal; readonly again?: Again },
): Promise<number> {
  const told = readJobIdentity(directory);
  if (told === undefined) throw new UsageError(`${visible(directory)} is no run of a job`);
  const job = told.command as RunJob;
  refuseProgram(job);
  const whole = continuedLine(job, line);
  const asked = await readAskedJob(whole);
  if (asked.identity !== told.identity) {
    const [file = ""] = job.positionals;
    throw new UsageError(
      `${visible(file)} or a table of it has changed since ${visible(shownPath(directory))} began; run it anew`,
    );
  }
  const { sendJob } = await import("./send-job.ts");
  const options = { ...asked.options, existing: "refuse" } as const;
  return await sendJob(
    { ...asked, options },
    { terminal, line: whole, existing: directory, again },
  );
}
