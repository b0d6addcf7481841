import type { CommandLine } from "../command-line.ts";
import { openPipeline } from "../pipeline.ts";
import { readText } from "../read-text.ts";
import { runWork } from "../run-work.ts";
import { readSettings } from "../settings.ts";
import type { Terminal } from "../terminal.ts";
import { titleOf } from "../work-title.ts";

/** `fanfetch map`: one request per row of a table; its columns and what was picked, joined. */
export async function map(line: CommandLine, terminal: Terminal): Promise<number> {
  const settings = await readSettings("map", line, readText);
  await using pipeline = await openPipeline(settings);
  return await runWork(async () => await pipeline.prepare(settings), settings, {
    terminal,
    title: titleOf(settings),
  });
}
