import type { Flag } from "./flag.ts";

const group = "Runs";

/** Which of its outcomes are meant, what is told of a run, and where it is exported to. */
export const RUN_FLAGS: readonly Flag[] = [
  {
    name: "older",
    argument: "DURATION",
    group,
    doc: "prune: only runs whose last process ended longer ago, such as 30d",
    commands: ["runs"],
  },
  {
    name: "only",
    argument: "CODE,STATUS",
    group,
    doc: "failures with these codes or statuses, such as E_TIMEOUT,404,5xx",
    repeat: "adds",
    commands: ["show", "retry"],
  },
  {
    name: "limit",
    argument: "N",
    group,
    doc: "failed rows, or changes, that are listed",
    default: "20; with diff --format json all",
    commands: ["show", "diff"],
  },
  {
    name: "output",
    letter: "o",
    argument: "FILE|-",
    group,
    doc: "the outcomes: .jsonl .csv .har .warc.gz by extension; - is JSONL on stdout",
    take: "file",
    commands: ["export"],
  },
  {
    name: "output",
    letter: "o",
    argument: "FILE|-",
    group,
    doc: "write every change: .jsonl .csv by extension; - is JSONL on stdout",
    take: "file",
    commands: ["diff"],
  },
  {
    name: "force",
    group,
    doc: "overwrite a file that exists",
    commands: ["export", "diff"],
  },
];
