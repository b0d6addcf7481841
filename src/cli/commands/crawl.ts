import type { CommandLine } from "../command-line.ts";
import { readText } from "../read-text.ts";
import { openAhead } from "../../runs/work-run.ts";
import { readSettings } from "../settings.ts";
import type { Terminal } from "../terminal.ts";

/** `fanfetch crawl`: follows links from where it begins; pages and files, and a book of them. */
export async function crawl(line: CommandLine, terminal: Terminal): Promise<number> {
  const settings = await readSettings("crawl", line, readText);
  // The journal opens while the HTTP stack is loaded.
  const run = openAhead(settings);
  const { sendWork } = await import("../send-work.ts");
  return await sendWork(settings, { terminal, run });
}
