import type { CommandLine } from "../command-line.ts";
import { readText } from "../read-text.ts";
import { openAhead } from "../../runs/work-run.ts";
import { readSettings } from "../settings.ts";
import type { Terminal } from "../terminal.ts";

/** `fanfetch get`: one request per URL; the timing table on stdout, or records and files. */
export async function get(line: CommandLine, terminal: Terminal): Promise<number> {
  const settings = await readSettings("get", line, readText);
  // The journal opens while the HTTP stack is loaded.
  const run = openAhead(settings);
  const { sendWork } = await import("../send-work.ts");
  return await sendWork(settings, { terminal, run });
}
