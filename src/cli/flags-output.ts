import { SENDING, type Flag } from "./flag.ts";

const group = "Output";
const commands = SENDING;
const withExtract = [...SENDING, "extract"] as const;

/** What is written, and how much is said. */
export const OUTPUT_FLAGS: readonly Flag[] = [
  {
    name: "output",
    letter: "o",
    argument: "FILE|-",
    group,
    doc: "one record per answer: .jsonl .csv .tsv .json .warc.gz by extension; - is stdout; crawl: FOLDER/ too",
    default: "get: the timing table; map: the input's format; on stdout",
    take: "file",
    commands: withExtract,
  },
  {
    name: "save",
    argument: "TEMPLATE",
    group,
    doc: "each body to a file of its own, such as 'players/{name|underscore}.json'",
    commands,
  },
  {
    name: "pick",
    argument: "[NAME=]EXPR",
    group,
    doc: "fields of the answers: JMESPath, $… JSONPath, css:SELECTOR[::text|::attr(N)]",
    repeat: "adds",
    commands: withExtract,
  },
  {
    name: "strict",
    group,
    doc: "an answer that lacks a picked field has failed; without it the field is null",
    commands: [...withExtract, "run"],
  },
  {
    name: "order",
    argument: "input|arrival",
    group,
    doc: "order of the records",
    default: "arrival; input for the timing table",
    values: ["input", "arrival"],
    take: "only",
    commands: [...commands, "run"],
  },
  {
    name: "no-meta",
    group,
    doc: "leave out the columns _status and _error",
    commands: ["map", "extract"],
  },
  {
    name: "csv-safe",
    group,
    doc: "cells that a spreadsheet would run as a formula get a leading ' (CSV and TSV)",
    default: "on",
    commands: [...withExtract, "run"],
  },
  { name: "no-csv-safe", group, doc: "write every cell as it is", commands: [...commands, "run"] },
  {
    name: "keep",
    group,
    doc: "keep the raw answers with the run, for extract and export",
    commands: [...withExtract, "run"],
  },
  {
    name: "run",
    argument: "DIR",
    group,
    doc: "keep the run in this directory; anything with -o or --save is kept",
    default: ".fanfetch/TIME-NAME",
    take: "file",
    commands: [...commands, "run"],
  },
  {
    name: "force",
    group,
    doc: "overwrite outputs that exist, ask anew",
    commands: [...withExtract, "run"],
  },
  {
    name: "summary",
    argument: "FILE",
    group,
    doc: "write the numbers of the run as JSON",
    take: "file",
    commands: [...commands, "run", "resume", "retry"],
  },
  {
    name: "progress",
    argument: "HOW",
    group,
    doc: "how to tell on stderr what is going on",
    default: "auto: a live block on a terminal, lines elsewhere",
    values: ["auto", "bar", "plain", "json", "none"],
    take: "only",
    commands: [...SENDING, "run", "compare", "resume", "retry"],
  },
  {
    name: "quiet",
    letter: "q",
    group,
    doc: "say nothing but errors",
    commands: [...SENDING, "run", "compare", "resume", "retry", "extract", "demo"],
  },
];
