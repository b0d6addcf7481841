import type { Flag } from "./flag.ts";

/** What a plan may send after all. */
export const PLAN_FLAGS: readonly Flag[] = [
  {
    name: "sample",
    argument: "[N]",
    bare: "5",
    group: "Plan",
    doc: "really send N requests (5 without a number), spread over the input, and time them",
    commands: ["plan"],
  },
];
