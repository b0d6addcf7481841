import { SENDING, type Flag } from "./flag.ts";

const group = "Output";
const commands = SENDING;
const withExtract = [...SENDING, "extract"] as const;

const OUTPUT = { name: "output", letter: "o", argument: "FILE|-", group, take: "file" } as const;

/** What is written, and how much is said. */
export const OUTPUT_FLAGS: readonly Flag[] = [
  {
    ...OUTPUT,
    doc: "one record per URL: .jsonl .csv .tsv .json .warc.gz by extension; - is JSONL on stdout",
    default: "the timing table on stdout",
    commands: ["get"],
  },
  {
    ...OUTPUT,
    doc: "one record per row: .jsonl .csv .tsv .json .warc.gz by extension; - is stdout",
    default: "stdout, in the input's format",
    commands: ["map"],
  },
  {
    ...OUTPUT,
    doc: "one record per page and file: .jsonl .csv .tsv .json .warc.gz by extension; FOLDER/ saves what is found under names after the URLs; - is JSONL on stdout",
    default: "records on stdout, unless something is saved",
    commands: ["crawl"],
  },
  {
    ...OUTPUT,
    doc: "one record per row: .jsonl .csv .tsv .json by extension; - is stdout",
    default: "stdout, in the format of the run's input",
    commands: ["extract"],
  },
  {
    name: "save",
    argument: "TEMPLATE",
    group,
    doc: "each body to a file of its own, such as 'players/{name|underscore}.json'",
    commands,
  },
  {
    name: "remote-header-name",
    letter: "J",
    group,
    doc: "files are called as their server calls them (Content-Disposition), where it does",
    commands,
  },
  {
    name: "remote-time",
    letter: "R",
    group,
    doc: "files have the time at which their server changed them (Last-Modified)",
    commands,
  },
  {
    name: "dedupe",
    group,
    doc: "a body that equals an earlier one is not saved again",
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
    default: "arrival; input for the timing table and for records of `each`",
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
  {
    name: "no-csv-safe",
    group,
    doc: "write every cell as it is",
    commands: [...withExtract, "run"],
  },
  {
    name: "keep",
    group,
    doc: "keep the raw answers with the run, for extract and export",
    commands: [...commands, "run"],
  },
  {
    name: "run",
    argument: "DIR",
    group,
    doc: "keep the run in this directory; anything with -o, --save or --keep is kept",
    default: ".fanfetch/TIME-NAME",
    take: "file",
    commands: [...commands, "run"],
  },
  {
    name: "force",
    group,
    doc: "overwrite outputs that exist, ask anew",
    commands: [...commands, "run"],
  },
  { name: "force", group, doc: "overwrite a file that exists", commands: ["extract"] },
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
