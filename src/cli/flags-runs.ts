import type { Flag } from "./flag.ts";

const group = "Runs";

/** Which outcomes of a run are meant. */
export const RUN_FLAGS: readonly Flag[] = [
  {
    name: "only",
    argument: "CODE,STATUS",
    group,
    doc: "failures with these codes or statuses, such as E_TIMEOUT,404,5xx",
    repeat: "adds",
    commands: ["retry"],
  },
];
