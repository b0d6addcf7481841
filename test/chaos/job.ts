import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { parse } from "csv-parse/sync";

import { answerTo, fileFor, namesOf, recordFor } from "./answers.ts";

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
  /** Questions that several rows share. */
  readonly shared: ReadonlySet<string>;
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
  const counts = Map.groupBy(names, (name) => name);
  const shared = new Set([...counts].filter(([, same]) => same.length > 1).map(([name]) => name));
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
  return {
    kind,
    rows,
    args: [...argsOf[kind], "-j", "32", "--per-host", "32"],
    questions: names,
    shared,
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
    async violations(folder) {
      const wrong: string[] = [];
      for (const expected of outputsOf(kind, names)) {
        wrong.push(...(await checkOutput(folder, expected)));
      }
      return [...wrong, ...(await leftovers(folder))];
    },
  };
}

/** An output and the records it has to hold. */
interface Expected {
  readonly read: (folder: string) => Promise<readonly string[]>;
  readonly what: string;
  readonly records: readonly string[];
  readonly order: "input" | "arrival";
}

function outputsOf(kind: JobKind, names: readonly string[]): readonly Expected[] {
  const picked = names.map((name, index) => {
    const { gender, said } = answerTo(name);
    return JSON.stringify([String(index + 1), name, gender, said, "200", ""]);
  });
  const order = kind.includes("in order") ? "input" : "arrival";
  const csv: Expected = { what: "out.csv", read: readCsv, records: picked, order };
  const files: Expected = {
    what: "files/",
    read: readSaved,
    records: names.map((name, index) => `${index + 1}.json ${fileFor(name)}`),
    order: "arrival",
  };
  switch (kind) {
    case "files":
      return [files];
    case "files and csv in order":
      return [files, csv];
    case "json as it arrives":
      return [{ ...csv, what: "out.json", read: readJson }];
    case "urls to jsonl":
      return [{ what: "out.jsonl", read: readBodies, records: names.map(recordFor), order }];
    case "csv as it arrives":
    case "csv in order":
    case "duplicates":
      return [csv];
  }
}

/** Of one output; more would say the same. */
const MOST_TOLD = 4;

async function checkOutput(folder: string, expected: Expected): Promise<readonly string[]> {
  const { what, records, order } = expected;
  let found: readonly string[];
  try {
    found = await expected.read(folder);
  } catch (error) {
    return [`${what} cannot be read: ${(error as Error).message}`];
  }
  const wrong: string[] = [];
  const owed = new Map<string, number>();
  for (const record of records) owed.set(record, (owed.get(record) ?? 0) + 1);
  for (const record of found) {
    const left = owed.get(record);
    if (left === undefined) wrong.push(`${what} holds what it must not: ${record.slice(0, 120)}`);
    else if (left === 0) wrong.push(`${what} holds this once too often: ${record.slice(0, 120)}`);
    else owed.set(record, left - 1);
  }
  for (const [record, left] of owed) {
    if (left > 0) wrong.push(`${what} lacks ${left} × ${record.slice(0, 120)}`);
  }
  if (wrong.length === 0 && order === "input") {
    const first = records.findIndex((record, index) => record !== found[index]);
    if (first !== -1) wrong.push(`${what}: record ${first + 1} is not that of its row`);
  }
  if (wrong.length <= MOST_TOLD) return wrong;
  return [...wrong.slice(0, MOST_TOLD), `${what}: ${wrong.length - MOST_TOLD} more of that`];
}

async function readCsv(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, "out.csv"), "utf8");
  const [header, ...records] = parse(text);
  const wanted = ["id", "name", "gender", "said", "_status", "_error"];
  if (header?.join() !== wanted.join()) throw new Error(`its header is ${header?.join()}`);
  return records.map((record) => JSON.stringify(record));
}

async function readJson(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, "out.json"), "utf8");
  const records = JSON.parse(text) as Record<string, unknown>[];
  return records.map(({ id, name, gender, said, _status, _error }) =>
    JSON.stringify([id, name, gender, said, String(_status), _error ?? ""]),
  );
}

async function readBodies(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, "out.jsonl"), "utf8");
  if (!text.endsWith("\n")) throw new Error("its last line does not end");
  const lines = text.trimEnd().split("\n");
  return lines.map((line) => String((JSON.parse(line) as { body: unknown }).body));
}

async function readSaved(folder: string): Promise<readonly string[]> {
  const root = join(folder, "files");
  const names = await readdir(root);
  return await Promise.all(
    names.map(async (name) => `${name} ${await readFile(join(root, name), "utf8")}`),
  );
}

/** What a finished run must not leave: anything beside its input, its output and its own directory. */
async function leftovers(folder: string): Promise<readonly string[]> {
  const own = /^(?:names\.csv|urls\.txt|out\.\w+|files|\.fanfetch)$/;
  const strangers = (await readdir(folder)).filter((name) => !own.test(name));
  const runs = await readdir(join(folder, ".fanfetch")).catch(() => []);
  const many = runs.length > 1 ? [`there are ${runs.length} runs in .fanfetch`] : [];
  return [...strangers.map((name) => `${name} was left`), ...many];
}
