import type { Flag } from "./flag.ts";

const group = "Comparison";

/** How a comparison is made and shown. */
export const COMPARE_FLAGS: readonly Flag[] = [
  {
    name: "repetitions",
    argument: "N",
    group,
    doc: "times each mode is measured, after one warm-up",
    default: "7",
    commands: ["compare"],
  },
  {
    name: "format",
    argument: "table|json",
    group: "Output",
    doc: "how the result is shown",
    default: "table",
    values: ["table", "json"],
    take: "only",
    commands: [
      "compare",
      "plan",
      "verify",
      "runs",
      "show",
      "explain",
      "diff",
      "limits",
      "rehearse",
    ],
  },
];
