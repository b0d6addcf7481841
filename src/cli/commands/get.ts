import type { CommandLine } from "../command-line.ts";
import { readText } from "../read-text.ts";
import { sendWork } from "../send-work.ts";
import { readSettings } from "../settings.ts";
import type { Terminal } from "../terminal.ts";

/** `fanfetch get`: one request per URL; the timing table on stdout, or records and files. */
export async function get(line: CommandLine, terminal: Terminal): Promise<number> {
  return await sendWork(await readSettings("get", line, readText), terminal);
}
