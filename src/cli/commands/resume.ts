import type { CommandLine } from "../command-line.ts";
import { readText } from "../read-text.ts";
import { oneRun } from "../run-arguments.ts";
import { readSettings } from "../settings.ts";
import { continuedLine, storedJob } from "../stored-job.ts";
import type { Terminal } from "../terminal.ts";
import { whichRun } from "../which-run.ts";
import { openAhead } from "../work-run.ts";

/** `fanfetch resume`: goes on with a run that stopped, as it was begun. */
export async function resume(line: CommandLine, terminal: Terminal): Promise<number> {
  const directory = whichRun(oneRun("resume", line));
  const { job, work } = storedJob(directory);
  const settings = await readSettings(job.command, continuedLine(job, line), readText);
  const now = { ...settings, run: { kind: "existing", directory, work } } as const;
  const run = openAhead(now);
  const { sendWork } = await import("../send-work.ts");
  return await sendWork(now, { terminal, run });
}
