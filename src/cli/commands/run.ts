import type { CommandLine } from "../command-line.ts";
import { readAskedJob } from "../read-asked-job.ts";
import type { Terminal } from "../terminal.ts";

/** `fanfetch run`: a job file, step after step. */
export async function run(line: CommandLine, terminal: Terminal): Promise<number> {
  const asked = await readAskedJob(line);
  const { sendJob } = await import("../send-job.ts");
  return await sendJob(asked, { terminal, line });
}
