import type { CommandLine } from "../command-line.ts";
import { readText } from "../read-text.ts";
import { openAhead } from "../../runs/work-run.ts";
import { readSettings } from "../settings.ts";
import type { Terminal } from "../terminal.ts";

/** `fanfetch map`: one request per row of a table; its columns and what was picked, joined. */
export async function map(line: CommandLine, terminal: Terminal): Promise<number> {
  const settings = await readSettings("map", line, readText);
  // The journal opens while the HTTP stack is loaded.
  const run = openAhead(settings);
  const { sendWork } = await import("../send-work.ts");
  return await sendWork(settings, { terminal, run });
}
