import type { Flag } from "./flag.ts";

/** What changes a job without changing its file. */
export const JOB_FLAGS: readonly Flag[] = [
  {
    name: "set",
    argument: "NAME=VALUE",
    group: "Job files",
    doc: "change a variable of the job, or base, accept, output, save, limits.KEY, headers.NAME …",
    repeat: "adds",
    commands: ["run"],
  },
  {
    name: "changed",
    group: "Job files",
    doc: "run again: ask what may have changed, on condition that it has, and tell what did",
    commands: ["run"],
  },
  {
    name: "changes",
    argument: "FILE",
    group: "Runs",
    doc: "write what has changed since the run before: .jsonl .csv by extension",
    take: "file",
    commands: ["crawl", "run"],
  },
  {
    name: "exit-on-change",
    group: "Runs",
    doc: "exit code 8 where all is answered and something has changed since the run before",
    commands: ["crawl", "run"],
  },
];
