import type { CommandLine } from "../command-line.ts";
import { readText } from "../read-text.ts";
import { sendWork } from "../send-work.ts";
import { readSettings } from "../settings.ts";
import type { Terminal } from "../terminal.ts";

/** `fanfetch map`: one request per row of a table; its columns and what was picked, joined. */
export async function map(line: CommandLine, terminal: Terminal): Promise<number> {
  return await sendWork(await readSettings("map", line, readText), terminal);
}
