import type { Flag } from "./flag.ts";

const group = "Input";

/** Where the list of things comes from. */
export const INPUT_FLAGS: readonly Flag[] = [
  {
    name: "from",
    argument: "FILE|-",
    group,
    doc: "read the URLs: one a line, or the column `url` of a table",
    take: "file",
    commands: ["get"],
  },
  {
    name: "format",
    argument: "FORMAT",
    group,
    doc: "format of the table, where its name does not say it",
    default: "by the name; on stdin by the first bytes",
    values: ["csv", "tsv", "jsonl", "json", "lines"],
    take: "only",
    commands: ["map"],
  },
];
