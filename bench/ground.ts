import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What every benchmark is given. */
export interface Ground {
  /** A folder of this run's own. */
  readonly directory: string;
  /** Repetitions after the warm-up; undefined: the benchmark's own choice. */
  readonly runs: number | undefined;
  /** Rows of the table; undefined: the benchmark's own choice. */
  readonly rows: number | undefined;
}

/** The built command line, run as installed. */
export const OURS: readonly string[] = [
  process.execPath,
  fileURLToPath(new URL("../bin/fanfetch.js", import.meta.url)),
];

/** The path of a competitor's file. */
export function peerFile(name: string): string {
  return fileURLToPath(new URL(`peers/${name}`, import.meta.url));
}

/** Writes a table of `rows` distinct names and returns its path. */
export function writeNames(directory: string, rows: number): string {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `names-${rows}.csv`);
  const names = Array.from({ length: rows }, (_, index) => `name${index + 1}\n`);
  writeFileSync(path, "name\n" + names.join(""));
  return path;
}

/** @throws Error unless the CSV file holds each name once, with the gender that the server tells. */
export function checkGenders(path: string, rows: number): void {
  if (!existsSync(path)) throw new Error("wrote no output");
  const [head, ...lines] = readFileSync(path, "utf8").trimEnd().split(/\r?\n/);
  const columns = head!.split(",");
  const name = columns.indexOf("name");
  const gender = columns.indexOf("gender");
  const right = lines.filter((line) => line.split(",")[gender] === "male").length;
  const distinct = new Set(lines.map((line) => line.split(",")[name])).size;
  if (right !== rows || distinct !== rows || lines.length !== rows) {
    throw new Error(`${lines.length} records, ${distinct} names, ${right} right, of ${rows}`);
  }
}

/** Removes a file or folder that a run before may have written. */
export function remove(...paths: readonly string[]): void {
  for (const path of paths) rmSync(path, { recursive: true, force: true });
}

/** The first line that a program says of its version, or undefined where the program is missing. */
export function versionOf(command: string, ...args: readonly string[]): string | undefined {
  const { error, status, stdout } = spawnSync(command, args, { encoding: "utf8" });
  return error !== undefined || status !== 0 ? undefined : stdout.trim().split("\n")[0];
}

/** The version of a package that the repo has installed. */
export function packageVersion(name: string): string {
  const entry = createRequire(import.meta.url).resolve(name);
  const folder = entry.slice(0, entry.lastIndexOf(`node_modules/${name}`));
  const text = readFileSync(join(folder, "node_modules", name, "package.json"), "utf8");
  return `${name} ${(JSON.parse(text) as { version: string }).version}`;
}
