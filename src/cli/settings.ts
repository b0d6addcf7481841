import type { Send } from "../core/send.ts";
import type { SessionOptions } from "../engine/session-options.ts";
import type { Detour } from "../transport/undici-routes.ts";
import type { CommandLine } from "./command-line.ts";
import type { CrawlListing } from "./crawl-listing.ts";
import type { SendingCommand } from "./flag.ts";
import type { JobIdentification } from "./job-auth.ts";
import { type CrawlSettings, readCrawl, withoutFolder } from "./settings-crawl.ts";
import { readInput, type InputSettings } from "./settings-input.ts";
import { readCaps, readSession, type Caps } from "./settings-limits.ts";
import { readOutput, type OutputSettings } from "./settings-output.ts";
import { readRequest, type RequestSettings } from "./settings-request.ts";
import { readRun, type RunSettings } from "./settings-run.ts";
import type { StepWork } from "./step-work.ts";

/** Everything that a sending command was asked for: checked, in numbers and milliseconds, frozen. */
export interface Settings {
  readonly command: SendingCommand | "run";
  readonly input: InputSettings;
  /** For `crawl`: what is followed, from the URLs of the input. */
  readonly crawl?: CrawlSettings | undefined;
  readonly request: RequestSettings;
  readonly session: SessionOptions;
  readonly mode: "sequential" | "concurrent";
  /** JMESPath conditions on the answer; undefined where none was given. */
  readonly failIf: string | undefined;
  readonly retryIf: string | undefined;
  readonly onFailure: "go on" | "stop";
  readonly caps: Caps;
  /** What happens when a quota is used up: the run stops, or waits until it is full again. */
  readonly limits: { readonly wait: "stop" | "wait" };
  readonly output: OutputSettings;
  readonly run: RunSettings;
  /** Where redirects may lead. */
  readonly redirectsTo: "public" | "anywhere";
  /** File for the cookies that servers set. */
  readonly cookieJar: string | undefined;
  readonly progress: ProgressKind;
  /** File for the numbers of the run. */
  readonly summary: string | undefined;
  /** Set for a rehearsal: where every connection leads in place of its server. */
  readonly detour?: Detour;
  /** Set for the plan of a crawl: it reads its pages, and lists its files. */
  readonly listing?: CrawlListing;
  /** Of a step of a job: what it brings in place of input, URL and expressions. */
  readonly step?: StepWork;
  /** Of a job: who asks; undefined where nothing is asked, or nobody shows who. */
  readonly who?: JobIdentification | undefined;
  /** Of a job that is run again: what its earlier run has answered already. */
  readonly known?: ((send: Send) => Send) | undefined;
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
  line: CommandLine,
  readText: ReadText,
): Promise<Settings> {
  const values = createValues(line);
  const request = await readRequest(values, readText, command);
  const input = readInput(command, line.positionals, values, request.curlUrl);
  const crawl = command === "crawl" ? readCrawl(line.positionals, values) : undefined;
  const records = readOutput(command, crawl === undefined ? values : withoutFolder(values), input);
  const output = crawl === undefined ? records : crawlOutput(records, crawl, values);
  const parts = { command, input, request: request.settings, output, ...(crawl && { crawl }) };
  const settings: Settings = {
    ...parts,
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
    hints: request.hints,
  };
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
