import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { openDatabase } from "../queue/open-database.ts";
import { replaceFileSync } from "../queue/replace-file.ts";

/** In the directory of a crawl: files that earlier ones saved and it has not asked for again. */
export const LEFT_FILE = "left.jsonl";

/** The files that a crawl and those before it have saved, by their paths below the root. */
export interface OwnFiles extends Disposable {
  has(path: string): boolean;
  /** Notes with a newer crawl which of them it has no use for: they are crawls' own all the same. */
  leave(directory: string, used: Iterable<string>): void;
}

/** Opens the files of a crawl: those at the paths that it claimed, and those that it left. */
export function openOwnFiles(directory: string, claimed: Iterable<string>): OwnFiles {
  const database = openDatabase("");
  database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4096;
    CREATE TABLE own (path TEXT PRIMARY KEY) WITHOUT ROWID; BEGIN`);
  const insert = database.prepare("INSERT OR IGNORE INTO own VALUES (?)");
  for (const path of claimed) insert.run(path);
  for (const path of leftIn(directory)) insert.run(path);
  database.exec("COMMIT");
  const select = database.prepare("SELECT 1 FROM own WHERE path = ?");
  return {
    has: (path) => select.get(path) !== undefined,
    leave(newer, used) {
      const isUsed = new Set(used);
      const left: string[] = [];
      for (const { path } of database.prepare("SELECT path FROM own").iterate()) {
        if (!isUsed.has(path as string)) left.push(`${JSON.stringify(path)}\n`);
      }
      if (left.length > 0) replaceFileSync(join(newer, LEFT_FILE), left.join(""));
    },
    [Symbol.dispose]: () => database.close(),
  };
}

function leftIn(directory: string): readonly string[] {
  const file = join(directory, LEFT_FILE);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as string);
}
