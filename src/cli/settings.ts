import { readChangesWanted } from "./changes-file.ts";
import type { CommandLine } from "./command-line.ts";
import { checkDistinctFiles } from "./distinct-files.ts";
import { readPipedInput } from "./piped-input.ts";
import type { SendingCommand } from "../runs/run-settings.ts";
import type { WorkSettings } from "../runs/work-settings.ts";
import type { CrawlSettings } from "../runs/crawl-settings.ts";
import { readCrawl, withoutFolder } from "./settings-crawl.ts";
import { checkFileSettings } from "./settings-files.ts";
import { readInput } from "./settings-input.ts";
import { readCaps, readSession } from "./settings-limits.ts";
import { readOutput } from "./settings-output.ts";
import type { OutputSettings } from "../runs/output-settings.ts";
import { readRequest } from "./settings-request.ts";
import { readRun } from "./settings-run.ts";
import { readSharing } from "./settings-sharing.ts";

/** Everything that a sending command was asked for: its work, and how it is told of. */
export interface Settings extends WorkSettings {
  readonly progress: ProgressKind;
  /** File for the numbers of the run. */
  readonly summary: string | undefined;
  /** Whether the exit code tells that something has changed. */
  readonly onChange: "exit 0" | "exit 8";
  /** Things to tell the user before the run starts. */
  readonly hints: readonly string[];
}

/** How a run tells what is going on; `auto` is decided by the terminal. */
export type ProgressKind = "auto" | "bar" | "plain" | "json" | "none" | "quiet";

/** The parts that standard input can be read for, and its text once read. */
export type ReadText = (path: string) => Promise<Uint8Array>;

/**
 * Makes the settings of a sending command from what was typed.
 * @throws UsageError, one sentence, for the first value that cannot hold.
 */
export async function readSettings(
  command: SendingCommand,
  typed: CommandLine,
  readText: ReadText,
): Promise<Settings> {
  const { line, pipe } = readPipedInput(command, typed);
  const values = createValues(line);
  const request = await readRequest(values, readText, command);
  const input = readInput(command, line.positionals, values, request.curlUrl, pipe);
  const crawl = command === "crawl" ? readCrawl(line.positionals, values) : undefined;
  const sharing = await readSharing(values);
  const records = readOutput(command, crawl === undefined ? values : withoutFolder(values));
  const output = crawl === undefined ? records : crawlOutput(records, crawl, values);
  checkFileSettings(output, crawl);
  const parts = { command, input, request: request.settings, output, ...(crawl && { crawl }) };
  const settings: Settings = {
    ...parts,
    sharing,
    run: readRun(line, values, parts),
    session: readSession(values, request),
    mode: (values.last("mode") ?? "concurrent") as Settings["mode"],
    failIf: values.last("fail-if"),
    retryIf: values.last("retry-if"),
    onFailure: values.has("fail-fast") ? "stop" : "go on",
    caps: readCaps(values),
    limits: { wait: values.has("wait") ? "wait" : "stop" },
    redirectsTo: values.has("allow-private") ? "anywhere" : "public",
    cookieJar: values.last("cookie-jar"),
    progress: readProgress(values),
    summary: values.last("summary"),
    changes: readChangesWanted(values),
    onChange: readOnChange(values),
    v8: "tuned",
    hints: request.hints,
  };
  checkDistinctFiles([
    ["the input", input.kind === "urls" ? undefined : input.path],
    ["--output", output.path],
    ["--merge", crawl?.book?.path],
    ["--summary", settings.summary],
    ["--changes", settings.changes?.file?.path],
    ["--cookie-jar", settings.cookieJar],
  ]);
  return Object.freeze(settings);
}

/** A crawl that makes files or a book writes no records, unless it is told to. */
function crawlOutput(output: OutputSettings, crawl: CrawlSettings, values: Values): OutputSettings {
  const isOfFiles = crawl.folder !== undefined || crawl.book !== undefined;
  const wantsRecords = crawl.folder === undefined && values.has("output");
  return isOfFiles && !wantsRecords && output.picks.length === 0
    ? { ...output, kind: "none" }
    : output;
}

/** How to tell what is going on. `--quiet` beats `--progress`. */
export function readProgress(values: Values): ProgressKind {
  return values.has("quiet") ? "quiet" : ((values.last("progress") ?? "auto") as ProgressKind);
}

/** Whether the exit code is to tell of changes. */
export function readOnChange(values: Values): Settings["onChange"] {
  return values.has("exit-on-change") ? "exit 8" : "exit 0";
}

/** Typed values by the long name of their flag. */
export interface Values {
  has(name: string): boolean;
  /** The last value given, or undefined. */
  last(name: string): string | undefined;
  all(name: string): readonly string[];
}

/** The values of a command line. */
export function createValues(line: Pick<CommandLine, "values">): Values {
  return {
    has: (name) => line.values.has(name),
    last: (name) => line.values.get(name)?.at(-1),
    all: (name) => line.values.get(name) ?? [],
  };
}
