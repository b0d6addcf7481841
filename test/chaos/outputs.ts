import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { parse } from "csv-parse/sync";

import { answerTo, fileFor, recordFor } from "./answers.ts";
import type { JobKind } from "./job.ts";

/** A table and what it has to hold. */
export interface ExpectedTable {
  readonly name: string;
  /** The records of its text, in the words of `records`. @throws Error for a text that is no such table. */
  readonly read: (text: string) => readonly string[];
  /** The record of each row, the first at 0. */
  readonly records: readonly string[];
  readonly order: "input" | "arrival";
}

/** Everything that a job has to leave. */
export interface ExpectedOutputs {
  readonly table: ExpectedTable | undefined;
  /** The file of each row below `files/`: its name and its content. */
  readonly files: readonly (readonly [name: string, content: string])[];
}

/** What a job of these names has to leave. */
export function outputsOf(kind: JobKind, names: readonly string[]): ExpectedOutputs {
  const picked = names.map((name, index) => {
    const { gender, said } = answerTo(name);
    return JSON.stringify([String(index + 1), name, gender, said, "200", ""]);
  });
  const order = kind.includes("in order") ? "input" : "arrival";
  const csv: ExpectedTable = { name: "out.csv", read: readCsv, records: picked, order };
  const files = names.map((name, index) => [`${index + 1}.json`, fileFor(name)] as const);
  switch (kind) {
    case "files":
      return { table: undefined, files };
    case "files and csv in order":
      return { table: csv, files };
    case "json as it arrives":
      return { table: { ...csv, name: "out.json", read: readJson }, files: [] };
    case "urls to jsonl": {
      const records = names.map(recordFor);
      return { table: { name: "out.jsonl", read: readBodies, records, order }, files: [] };
    }
    case "csv as it arrives":
    case "csv in order":
    case "duplicates":
      return { table: csv, files: [] };
  }
}

/** What is wrong with the finished outputs in a folder. */
export async function judgeOutputs(
  folder: string,
  { table, files }: ExpectedOutputs,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  if (table !== undefined) {
    const { name, read } = table;
    const found = async (): Promise<readonly string[]> =>
      read(await readFile(join(folder, name), "utf8"));
    wrong.push(...(await judge(found, name, table)));
  }
  if (files.length > 0) {
    const records = files.map(([name, content]) => `${name} ${content}`);
    const found = (): Promise<readonly string[]> => readSaved(join(folder, "files"));
    wrong.push(...(await judge(found, "files/", { records, order: "arrival" })));
  }
  return [...wrong, ...(await leftovers(folder))];
}

/** Of one output; more would say the same. */
const MOST_TOLD = 4;

async function judge(
  read: () => Promise<readonly string[]>,
  what: string,
  { records, order }: Pick<ExpectedTable, "records" | "order">,
): Promise<readonly string[]> {
  let found: readonly string[];
  try {
    found = await read();
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

function readCsv(text: string): readonly string[] {
  const [header, ...records] = parse(text);
  const wanted = ["id", "name", "gender", "said", "_status", "_error"];
  if (header?.join() !== wanted.join()) throw new Error(`its header is ${header?.join()}`);
  return records.map((record) => JSON.stringify(record));
}

function readJson(text: string): readonly string[] {
  const records = JSON.parse(text) as Record<string, unknown>[];
  return records.map(({ id, name, gender, said, _status, _error }) =>
    JSON.stringify([id, name, gender, said, String(_status), _error ?? ""]),
  );
}

function readBodies(text: string): readonly string[] {
  if (!text.endsWith("\n")) throw new Error("its last line does not end");
  const lines = text.trimEnd().split("\n");
  return lines.map((line) => String((JSON.parse(line) as { body: unknown }).body));
}

async function readSaved(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return await Promise.all(
    names.map(async (name) => `${name} ${await readFile(join(folder, name), "utf8")}`),
  );
}

/** What a finished run must not leave: anything beside its input, its output and its own directory. */
async function leftovers(folder: string): Promise<readonly string[]> {
  const own = /^(?:names\.csv|urls\.txt|out\.\w+|files|\.fanfetch)$/;
  const strangers = (await readdir(folder)).filter((name) => !own.test(name));
  const below = await readdir(join(folder, ".fanfetch"), { recursive: true }).catch(() => []);
  // A directory without a journal is none yet: its making was cut short.
  const runs = below.filter((path) => basename(path) === "journal.db");
  const many = runs.length > 1 ? [`there are ${runs.length} runs in .fanfetch`] : [];
  return [...strangers.map((name) => `${name} was left`), ...many];
}
