import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { systemClock } from "../../core/clock.ts";
import { UsageError } from "../../core/usage-error.ts";
import { formatCount, formatDuration } from "../../formats/quantity.ts";
import { formatRatio } from "../../report/account.ts";
import { createTally, wallMsOf, type Tally } from "../../report/tally.ts";
import { parseCommandLine, type CommandLine } from "../command-line.ts";
import { playCrawl } from "../demo-crawl.ts";
import { playJob } from "../demo-job.ts";
import { demoJobs } from "../demo-jobs.ts";
import { DEMO_STORIES, demoNames, type DemoStory } from "../demo-stories.ts";
import { exitCodeOf } from "../exit-code.ts";
import type { SendingCommand } from "../../runs/run-settings.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { measured, tallyRun } from "../measure.ts";
import { openPipeline } from "../../runs/pipeline.ts";
import type { RunSignals } from "../../runs/work.ts";
import { openFolder } from "../open-folder.ts";
import { readText } from "../read-text.ts";
import { readSettings, type Settings } from "../settings.ts";
import type { Terminal } from "../terminal.ts";

/**
 * `fanfetch demo`: the stories on a built-in server of this machine, one by one and at once; the
 * table on stdout. Nothing leaves the machine. Exits with 1 where anything failed.
 */
export async function demo(line: CommandLine, terminal: Terminal): Promise<number> {
  if (line.positionals.length > 0) throw new UsageError("demo takes no arguments");
  const { startRehearsal } = await import("../../rehearsal/rehearsal.ts");
  await using server = await startRehearsal();
  await using temporary = await openFolder("demo");
  const folder = temporary.path;
  const say = (text: string): void => {
    if (!line.values.has("quiet")) void terminal.stderr.write(`${text}\n`);
  };
  using interrupts = listenForInterrupts(process, systemClock, () => say("stopping"));
  const names = demoNames();
  await writeFile(join(folder, "names.csv"), `name\n${names.join("\n")}\n`);
  await writeFile(join(folder, "ten-names.csv"), `name\n${names.slice(0, 10).join("\n")}\n`);
  for (const [name, text] of demoJobs(folder)) await writeFile(join(folder, name), text);
  say(`a rehearsal server of this machine answers at ${server.url}; nothing leaves the machine`);
  const rows: string[] = [];
  const books: string[] = [];
  const played = { interrupts, terminal, books };
  let failed = 0;
  for (const story of DEMO_STORIES) {
    say(`story ${story.letter}: ${story.title}, one by one and at once`);
    const fewer = story.fewer ?? story.argv;
    const alone = await play(fewer(server.url, folder), "sequential", played);
    const together = await play(story.argv(server.url, folder), "concurrent", played);
    if (interrupts.exitCode !== undefined) {
      return exitCodeOf(createTally(), { interrupted: interrupts.exitCode });
    }
    rows.push(storyRow(story, alone, together));
    failed += alone.failed + together.failed;
  }
  await terminal.stdout.write(tableOf(rows, { failed, book: books.at(-1) }));
  return failed > 0 ? 1 : 0;
}

interface Playing {
  readonly interrupts: RunSignals;
  readonly terminal: Terminal;
  /** Takes what became of books. */
  readonly books: string[];
}

/** Runs one command of a story in one mode, through the same front door as a typed one. */
async function play(
  argv: readonly string[],
  mode: Settings["mode"],
  { interrupts, terminal, books }: Playing,
): Promise<Tally> {
  const line = await parseCommandLine(argv);
  const values = new Map([...line.values, ["mode", [mode]] as const]);
  if (line.command === "run") {
    return await playJob({ ...line, values }, interrupts, terminal);
  }
  if (line.command === "crawl") {
    const { tally, book } = await playCrawl({ ...line, values }, interrupts);
    if (book !== undefined) books.push(book);
    return tally;
  }
  const settings = measured(
    await readSettings(line.command as SendingCommand, line, readText),
    mode,
  );
  await using pipeline = await openPipeline(settings);
  return await tallyRun(pipeline, settings, interrupts);
}

function storyRow(story: DemoStory, alone: Tally, together: Tally): string {
  const aloneMs = wallMsOf(alone) * story.scale;
  const atOnceMs = wallMsOf(together);
  const mark = story.scale === 1 ? " " : "*";
  return [
    ` ${story.letter}  ${story.title.padEnd(31)}`,
    formatCount(together.requests).padStart(9),
    formatDuration(aloneMs).padStart(12) + mark,
    formatDuration(atOnceMs).padStart(11),
    formatRatio(aloneMs / atOnceMs).padStart(9),
  ].join("");
}

interface DemoEnd {
  readonly failed: number;
  /** What became of the book of story E. */
  readonly book: string | undefined;
}

function tableOf(rows: readonly string[], { failed, book }: DemoEnd): string {
  const heads = `${"requests".padStart(9)}${"one by one".padStart(12)} ${"at once".padStart(11)}${"faster".padStart(9)}`;
  const lines = [` story${" ".repeat(29)}${heads}`, ...rows];
  for (const story of DEMO_STORIES.filter(({ scale }) => scale > 1)) {
    const tenth = story.scale === 10 ? "a tenth" : `1 in ${story.scale}`;
    lines.push(
      ` * story ${story.letter} one by one: ${tenth} of it was run, and its time multiplied by ${story.scale}`,
    );
  }
  if (book !== undefined) lines.push(` story E bound its book: ${book}`);
  if (failed > 0) lines.push(` ${formatCount(failed)} requests failed`);
  return `${lines.join("\n")}\n`;
}
