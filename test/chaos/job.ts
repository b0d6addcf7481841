import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { namesOf } from "./answers.ts";
import { type ExpectedOutputs, judgeOutputs, outputsOf } from "./outputs.ts";

/** The shapes of work that a run can be. */
export const JOB_KINDS = [
  "csv as it arrives",
  "csv in order",
  "json as it arrives",
  "files",
  "files and csv in order",
  "urls to jsonl",
  "duplicates",
] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** One run to be made: what it is given, and how its output is judged. */
export interface Job {
  readonly kind: JobKind;
  readonly rows: number;
  readonly args: readonly string[];
  /** The question of each row, the first at 0. */
  readonly questions: readonly string[];
  /** What it has to leave. */
  readonly expected: ExpectedOutputs;
  /** Makes the folder's input. */
  prepare(folder: string): Promise<void>;
  /** What is wrong with the output of the finished run: each row has to be there once, with its answer. */
  violations(folder: string): Promise<readonly string[]>;
}

const IN_ORDER = ["--order", "input"];
const TABLE = ["-o", "out.csv", "--pick", "gender,said"];

/** Makes a job whose requests go to `url`. */
export function createJob(kind: JobKind, rows: number, url: string): Job {
  const names = namesOf(rows, kind === "duplicates" ? 3 : undefined);
  const person = `${url}/person?name={name}`;
  const file = `${url}/file?name={name}`;
  const save = ["--save", "files/{id}.json"];
  const map = (...args: readonly string[]): readonly string[] => ["map", "names.csv", ...args];
  const argsOf: Readonly<Record<JobKind, readonly string[]>> = {
    "csv as it arrives": map(person, ...TABLE),
    "csv in order": map(person, ...TABLE, ...IN_ORDER),
    "json as it arrives": map(person, "-o", "out.json", "--pick", "gender,said"),
    files: map(file, ...save),
    "files and csv in order": map(file, ...save, ...TABLE, ...IN_ORDER),
    "urls to jsonl": ["get", "--from", "urls.txt", "-o", "out.jsonl"],
    duplicates: map(person, ...TABLE),
  };
  const expected = outputsOf(kind, names);
  return {
    kind,
    rows,
    args: [...argsOf[kind], "-j", "32", "--per-host", "32"],
    questions: names,
    async prepare(folder) {
      await mkdir(folder, { recursive: true });
      if (kind === "urls to jsonl") {
        const urls = names.map((name) => `${url}/person?name=${encodeURIComponent(name)}\n`);
        await writeFile(join(folder, "urls.txt"), urls.join(""));
        return;
      }
      const lines = names.map((name, index) => `${index + 1},"${name.replaceAll('"', '""')}"\n`);
      await writeFile(join(folder, "names.csv"), `id,name\n${lines.join("")}`);
    },
    expected,
    violations: (folder) => judgeOutputs(folder, expected),
  };
}
