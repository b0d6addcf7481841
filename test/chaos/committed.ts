import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * The questions of which a row has its outcome. Reads what the journals below `folder` call done, from a copy: opening the files themselves would mend
 * them, which the run has to do. `questions` are those of the rows, the first at 0.
 */
export async function committedQuestions(
  folder: string,
  questions: readonly string[],
): Promise<ReadonlySet<string>> {
  const base = join(folder, ".fanfetch");
  const answered = new Set<string>();
  for (const run of await readdir(base).catch(() => [])) {
    const done = await doneRows(join(base, run));
    for (const [index, question] of questions.entries()) {
      if (done.has(index + 1)) answered.add(question);
    }
  }
  return answered;
}

const FILES = ["journal.db", "journal.db-wal"];

/** The rows that the journal of one run calls done, from a copy. */
export async function doneRows(run: string): Promise<ReadonlySet<number>> {
  const copy = await mkdtemp(join(tmpdir(), "fanfetch-copy-"));
  try {
    for (const name of await readdir(run)) {
      if (FILES.includes(name)) await copyFile(join(run, name), join(copy, name));
    }
    return readDone(join(copy, "journal.db"));
  } finally {
    await rm(copy, { recursive: true });
  }
}

/** The rows whose bit is set. A journal that was being made has no table of them. */
function readDone(path: string): ReadonlySet<number> {
  const done = new Set<number>();
  const database = new DatabaseSync(path);
  try {
    const made = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'done'").get();
    if (made === undefined) return done;
    for (const found of database.prepare("SELECT unit, bits FROM done").all()) {
      const bits = found["bits"] as Uint8Array;
      const first = Number(found["unit"]) * bits.length * 8;
      for (let bit = 0; bit < bits.length * 8; bit += 1) {
        if ((bits[bit >> 3]! & (1 << (bit & 7))) !== 0) done.add(first + bit);
      }
    }
    return done;
  } finally {
    database.close();
  }
}
