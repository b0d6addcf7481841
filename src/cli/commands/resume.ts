import type { CommandLine } from "../command-line.ts";
import { jobOfStep, resumeJob } from "../resume-job.ts";
import { readText } from "../read-text.ts";
import { oneRun } from "../run-arguments.ts";
import { readSettings } from "../settings.ts";
import { continuedLine, storedJob } from "../stored-job.ts";
import type { Terminal } from "../terminal.ts";
import { foundRun } from "../which-run.ts";
import { openAhead } from "../../runs/work-run.ts";

/** `fanfetch resume`: goes on with a run that stopped, as it was begun. */
export async function resume(line: CommandLine, terminal: Terminal): Promise<number> {
  const found = foundRun(oneRun("resume", line));
  const { directory } = found;
  if (found.kind === "job") return await resumeJob(directory, line, { terminal });
  const { job, work } = storedJob(directory);
  if (job.command === "run") return await resumeJob(jobOfStep(directory), line, { terminal });
  const settings = await readSettings(job.command, continuedLine(job, line), readText);
  const now = { ...settings, run: { kind: "existing", directory, work } } as const;
  const run = openAhead(now);
  const { sendWork } = await import("../send-work.ts");
  return await sendWork(now, { terminal, run });
}
