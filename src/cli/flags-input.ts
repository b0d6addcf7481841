import type { Flag } from "./flag.ts";

const group = "Input";

/** Where the list of things comes from. */
export const INPUT_FLAGS: readonly Flag[] = [
  {
    name: "from",
    argument: "FILE|-",
    group,
    doc: "read the URLs: one a line, or the column `url` of a table, or its only one",
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
  {
    name: "paginate",
    argument: "KIND",
    group,
    doc: "each answer is a list in pages: ask for all of them, as one answer, a JSON list of the pages",
    values: ["auto", "link", "page", "offset", "cursor"],
    take: "only",
    commands: ["get", "map"],
  },
  {
    name: "batch",
    argument: "N",
    group,
    doc: "N rows share a request: each {column} of the templates is the list of their values",
    commands: ["map"],
  },
  {
    name: "batch-into",
    argument: "P={column}",
    group,
    doc: "the rows of a batch go into this parameter, repeated, such as 'name[]={name}'",
    commands: ["map"],
  },
  {
    name: "batch-items",
    argument: "EXPR",
    group,
    doc: "where the answers are in a batch's body",
    default: "the body is their list",
    commands: ["map"],
  },
  {
    name: "batch-pair",
    argument: "order|PATH",
    group,
    doc: "whose an answer is: in the order of the rows, or told by what stands at PATH in it",
    default: "order",
    commands: ["map"],
  },
];
