import { UsageError } from "../../core/usage-error.ts";
import type { CommandLine } from "../command-line.ts";
import { readText } from "../read-text.ts";
import { resumeJob } from "../resume-job.ts";
import { oneRun } from "../run-arguments.ts";
import { readSettings } from "../settings.ts";
import { continuedLine, storedJob } from "../stored-job.ts";
import type { Terminal } from "../terminal.ts";
import { foundRun } from "../which-run.ts";
import { openAhead } from "../../runs/work-run.ts";
import { readOnly } from "../only-failures.ts";

/** `fanfetch retry`: asks again what failed; new records take the places of the old ones. */
export async function retry(line: CommandLine, terminal: Terminal): Promise<number> {
  const { kind, directory } = foundRun(oneRun("retry", line));
  const again = readOnly(line.values.get("only") ?? []);
  if (kind === "job") {
    const values = new Map([...line.values].filter(([name]) => name !== "only"));
    return await resumeJob(directory, { ...line, values }, { terminal, again });
  }
  const { job, work } = storedJob(directory);
  if (job.command === "run") {
    throw new UsageError("this is a step of a job; retry takes the run of the whole job");
  }
  const values = new Map([...line.values].filter(([name]) => name !== "only"));
  const continued = continuedLine(job, { ...line, values });
  const settings = await readSettings(job.command, continued, readText);
  const now = { ...settings, run: { kind: "existing", directory, work, again } } as const;
  const run = openAhead(now);
  const { sendWork } = await import("../send-work.ts");
  return await sendWork(now, { terminal, run });
}
