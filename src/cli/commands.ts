import type { CommandName } from "./flag.ts";
import type { CommandLine } from "./command-line.ts";
import type { Terminal } from "./terminal.ts";

/** A command: does its work, then tells the exit code. Wrong use is thrown as a UsageError. */
export type Command = (line: CommandLine, terminal: Terminal) => Promise<number>;

/** What the front door knows of a command before loading it. */
export interface CommandEntry {
  readonly name: CommandName;
  readonly usage: string;
  readonly doc: string;
  readonly load: () => Promise<Command>;
}

/** The commands of this version; a module is imported only when its command is chosen. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "get",
    usage: "get [URL...]",
    doc: "one request per URL; --from FILE|- for a list",
    load: async () => (await import("./commands/get.ts")).get,
  },
  {
    name: "map",
    usage: "map TABLE URL_TEMPLATE",
    doc: "one request per row of a .csv .tsv .jsonl .json table, or - for stdin",
    load: async () => (await import("./commands/map.ts")).map,
  },
  {
    name: "run",
    usage: "run JOB",
    doc: "a job file (.yaml .json .ts): one call's answer is the next one's rows",
    load: async () => (await import("./commands/run.ts")).run,
  },
  {
    name: "crawl",
    usage: "crawl URL...",
    doc: "follow links from a page, save pages and files, bind a book",
    load: async () => (await import("./commands/crawl.ts")).crawl,
  },
  {
    name: "compare",
    usage: "compare get|map|crawl|run ...",
    doc: "the same work sequentially and concurrently, measured fairly",
    load: async () => (await import("./commands/compare.ts")).compare,
  },
  {
    name: "plan",
    usage: "plan get|map|crawl|run ...",
    doc: "what would be sent: count, duration, cost, the first requests; sends no bulk",
    load: async () => (await import("./commands/plan.ts")).plan,
  },
  {
    name: "resume",
    usage: "resume [RUN]",
    doc: "go on with a run that stopped; the latest where none is named",
    load: async () => (await import("./commands/resume.ts")).resume,
  },
  {
    name: "retry",
    usage: "retry [RUN]",
    doc: "ask again what failed; --only CODE,STATUS picks",
    load: async () => (await import("./commands/retry.ts")).retry,
  },
  {
    name: "verify",
    usage: "verify [RUN]",
    doc: "count a run again from its journal, its input and its outputs",
    load: async () => (await import("./commands/verify.ts")).verify,
  },
  {
    name: "extract",
    usage: "extract [RUN] --pick EXPR",
    doc: "other fields from kept answers; no request is sent",
    load: async () => (await import("./commands/extract.ts")).extract,
  },
  {
    name: "runs",
    usage: "runs [prune [RUN...]]",
    doc: "the runs below .fanfetch; prune removes those that are done with, or those named",
    load: async () => (await import("./commands/runs.ts")).runs,
  },
  {
    name: "show",
    usage: "show [RUN]",
    doc: "what became of a run: its account, outputs, hosts and failures",
    load: async () => (await import("./commands/show.ts")).show,
  },
  {
    name: "explain",
    usage: "explain [RUN] KEY",
    doc: "what became of one row, named by its number, its URL or its file",
    load: async () => (await import("./commands/explain.ts")).explain,
  },
  {
    name: "export",
    usage: "export [RUN]",
    doc: "a run's outcomes with -o FILE: .jsonl .csv .har .warc.gz",
    load: async () => (await import("./commands/export.ts")).exportRun,
  },
  {
    name: "diff",
    usage: "diff BEFORE AFTER",
    doc: "what is new, changed, gone and unchanged from one run to another",
    load: async () => (await import("./commands/diff.ts")).diff,
  },
  {
    name: "init",
    usage: "init [URL|'curl …']",
    doc: "a commented job file from a URL, a cURL command or an answer",
    load: async () => (await import("./commands/init.ts")).init,
  },
  {
    name: "limits",
    usage: "limits [HOST]",
    doc: "what is remembered of hosts: shown, edited, forgotten, exported",
    load: async () => (await import("./commands/limits.ts")).limits,
  },
  {
    name: "rehearse",
    usage: "rehearse [JOB | get|map|crawl|run ...]",
    doc: "a local server that plays limits and faults; with a command, a list of what it kept",
    load: async () => (await import("./commands/rehearse.ts")).rehearse,
  },
  {
    name: "demo",
    usage: "demo",
    doc: "the stories on a built-in local server, both ways",
    load: async () => (await import("./commands/demo.ts")).demo,
  },
  {
    name: "completion",
    usage: "completion bash|zsh|fish",
    doc: "a completion script for your shell",
    load: async () => (await import("./commands/completion.ts")).completion,
  },
];

/** Commands that a later version brings. */
export const LATER_COMMANDS: readonly string[] = "report worker submit watch".split(" ");
