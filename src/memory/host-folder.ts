import { hash } from "node:crypto";
import {
  closeSync,
  futimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { formatHostRecord, type HostRecord, parseHostRecord } from "./host-record.ts";

/** The records of hosts, a small file each. All of it throws what the system throws. */
export interface HostFolder {
  /** Undefined where there is none; `damaged` for a file that holds no record of this scope. */
  read(scope: string): HostRecord | "damaged" | undefined;
  /** Writes the record whole; a reader meets it or the one before. */
  write(record: HostRecord): void;
  /** Every record that can be read. */
  list(): readonly HostRecord[];
  remove(scope: string): void;
  /** Removes every record, readable or not. */
  removeAll(): void;
  /** When it was swept last; −Infinity where it never was. */
  sweptMs(): number;
  /** Removes what was not told of since `beforeMs`, and the oldest of more than `most`. */
  sweep(options: SweepOptions): void;
}

/** What stays when a folder is swept. */
export interface SweepOptions {
  readonly nowMs: number;
  readonly beforeMs: number;
  readonly most: number;
}

const MOST_BYTES = 64 * 1024;
const RECORD = ".json";
/** Empty; its time is that of the last sweep. */
const SWEPT = "swept";
/** Half a file that a killed process left is nobody's after this long. */
const LEFTOVER_MS = 3_600_000;

/**
 * A file per scope, named after its hash (a scope may be long and holds colons). One process replaces
 * a file by renaming, so that no lock is needed and nothing is ever half; the last one wins.
 */
export function createHostFolder(path: string): HostFolder {
  let isThere = false;
  let written = 0;
  const pathOf = (scope: string): string => {
    const name = hash("sha256", scope).slice(0, 32);
    return join(path, `${name}${RECORD}`);
  };
  const names = (): readonly string[] =>
    statSync(path, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(path);

  return {
    read(scope) {
      isThere ||= statSync(path, { throwIfNoEntry: false }) !== undefined;
      if (!isThere) return undefined;
      const text = textOf(pathOf(scope));
      if (text === undefined) return undefined;
      const record = parseHostRecord(text);
      return record?.scope === scope ? record : "damaged";
    },
    write(record) {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      const target = pathOf(record.scope);
      const draft = `${target}.${process.pid}.${(written += 1)}`;
      try {
        const file = openSync(draft, "wx", 0o600);
        try {
          writeFileSync(file, formatHostRecord(record));
          // The sweep goes by this time and need not read the files.
          futimesSync(file, record.lastMs / 1000, record.lastMs / 1000);
        } finally {
          closeSync(file);
        }
        renameSync(draft, target);
      } catch (error) {
        rmSync(draft, { force: true });
        throw error;
      }
    },
    list() {
      return names()
        .filter((name) => name.endsWith(RECORD))
        .map((name) => parseHostRecord(textOf(join(path, name)) ?? ""))
        .filter((record) => record !== undefined);
    },
    remove(scope) {
      rmSync(pathOf(scope), { force: true });
    },
    removeAll() {
      for (const name of names()) if (name.includes(RECORD)) rmSync(join(path, name));
    },
    sweptMs: () =>
      statSync(join(path, SWEPT), { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY,
    sweep({ nowMs, beforeMs, most }) {
      const kept: { readonly file: string; readonly atMs: number }[] = [];
      for (const name of names()) {
        const file = join(path, name);
        const atMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
        if (atMs === undefined) continue;
        const oldestMs = name.endsWith(RECORD) ? beforeMs : nowMs - LEFTOVER_MS;
        if (atMs < oldestMs) rmSync(file, { force: true });
        else if (name.endsWith(RECORD)) kept.push({ file, atMs });
      }
      kept.sort((one, other) => other.atMs - one.atMs);
      for (const { file } of kept.slice(most)) rmSync(file, { force: true });
      const marker = openSync(join(path, SWEPT), "a", 0o600);
      futimesSync(marker, nowMs / 1000, nowMs / 1000);
      closeSync(marker);
    },
  };
}

/** The text of a file; undefined where it is not there. */
function textOf(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.size > MOST_BYTES || !stat.isFile()) return "";
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    // Forgotten in between, by another process.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
