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
    doc: "run again: ask the lists anew, and of what they list only what is new",
    commands: ["run"],
  },
];
