import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";

import { JOURNAL_FILE, JournalError } from "../../src/queue/journal-format.ts";
import { JournalStore } from "../../src/queue/journal-store.ts";
import type { FoundDisk } from "./disk-model.ts";
import type { ExpectedOutputs, ExpectedTable } from "./outputs.ts";

/** What the journal of a disk says after the power came back. */
export interface Recovered {
  readonly kind: "a run";
  /** Rows that have their outcome. */
  readonly done: ReadonlySet<number>;
  /** Rows whose records wait in the journal for their turn. */
  readonly held: ReadonlySet<number>;
  readonly standing: { readonly bytes: number; readonly checksum: number } | undefined;
}

/** No journal, or one that was being made when the power failed. */
export interface NotRecovered {
  readonly kind: "no run";
  readonly why: string;
}

/** Opens journals as they are found on disks, with the program's own code, in one place on a real disk. */
export class RecoveryRoom {
  readonly #folder: string;
  readonly #rows: number;

  /** `rows` is the number of rows of the job. */
  constructor(folder: string, rows: number) {
    this.#folder = folder;
    this.#rows = rows;
    mkdirSync(folder, { recursive: true });
  }

  /** Lets SQLite mend the journal in `run` of a disk, and reads what it holds. */
  recover(disk: FoundDisk, run: string): Recovered | NotRecovered {
    const files = [JOURNAL_FILE, `${JOURNAL_FILE}-wal`];
    for (const name of files) {
      const content = disk.get(`${run}/${name}`);
      const place = join(this.#folder, name);
      if (content !== undefined) writeFileSync(place, content);
      else if (existsSync(place)) rmSync(place);
    }
    try {
      using store = JournalStore.open(this.#folder, "write");
      const done = new Set<number>();
      for (let row = 1; row <= this.#rows; row += 1) if (store.done.has(row)) done.add(row);
      const held = new Set(Array.from(store.held(), ([row]) => row));
      return { kind: "a run", done, held, standing: store.fact("standing") };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (error instanceof JournalError || code === "ERR_SQLITE_ERROR") {
        return { kind: "no run", why: message };
      }
      throw error;
    } finally {
      rmSync(join(this.#folder, `${JOURNAL_FILE}-shm`), { force: true });
    }
  }
}

/** Judges what was found on disks against what a job has to leave. */
export class RecoveryJudge {
  readonly #expected: ExpectedOutputs;
  /** Tables that were read before: by their standing, the rows of their records. */
  readonly #read = new Map<string, readonly number[] | string>();
  /** Files that were found whole before. */
  readonly #whole = new WeakSet<Buffer>();

  constructor(expected: ExpectedOutputs) {
    this.#expected = expected;
  }

  /** What is wrong: a row that was acknowledged and is not done, or one that is done and not there. */
  judge(
    disk: FoundDisk,
    recovered: Recovered | NotRecovered,
    acknowledged: ReadonlySet<number> | undefined,
  ): readonly string[] {
    if (recovered.kind === "no run") {
      // What nobody was told of may be lost.
      return acknowledged === undefined ? [] : [`the run is lost: ${recovered.why}`];
    }
    const { done } = recovered;
    const lost = [...(acknowledged ?? [])].filter((row) => !done.has(row));
    const wrong = lost.length === 0 ? [] : [`rows ${lost.join()} were acknowledged and are lost`];
    const { table, files } = this.#expected;
    if (table !== undefined) wrong.push(...this.#judgeTable(disk, recovered, table));
    if (files.length > 0) wrong.push(...this.#judgeFiles(disk, done));
    return wrong;
  }

  #judgeTable(disk: FoundDisk, recovered: Recovered, table: ExpectedTable): readonly string[] {
    const { standing = { bytes: 0, checksum: 0 }, done, held } = recovered;
    const bytes = (disk.get(table.name) ?? Buffer.alloc(0)).subarray(0, standing.bytes);
    if (bytes.length < standing.bytes || crc32(bytes) !== standing.checksum) {
      return [`${table.name} is not as the journal has it, up to ${standing.bytes} bytes`];
    }
    const key = `${standing.bytes} ${standing.checksum}`;
    const rows = this.#read.get(key) ?? rowsOf(bytes, table);
    this.#read.set(key, rows);
    if (typeof rows === "string") return [rows];
    const there = new Set(rows);
    if (there.size < rows.length) return [`${table.name} has a row twice: ${rows.join()}`];
    const missing = [...done].filter((row) => !there.has(row) && !held.has(row));
    const owed = rows.filter((row) => !done.has(row));
    const twice = rows.filter((row) => held.has(row));
    return [
      ...(missing.length > 0 ? [`${table.name} lacks rows ${missing.join()}, which are done`] : []),
      ...(owed.length > 0 ? [`${table.name} has rows ${owed.join()}, which are not done`] : []),
      ...(twice.length > 0 ? [`${table.name} has rows ${twice.join()}, which are held too`] : []),
    ];
  }

  #judgeFiles(disk: FoundDisk, done: ReadonlySet<number>): readonly string[] {
    const wrong: string[] = [];
    for (const row of done) {
      const [name, content] = this.#expected.files[row - 1]!;
      const found = disk.get(`files/${name}`);
      if (found === undefined) wrong.push(`row ${row} is done and its file is not there`);
      else if (!this.#whole.has(found)) {
        if (found.equals(Buffer.from(content))) this.#whole.add(found);
        else wrong.push(`row ${row} is done and its file is not whole`);
      }
    }
    return wrong;
  }
}

/** The rows of a table's records, from 1; a sentence where a record is none of the job's. */
function rowsOf(bytes: Buffer, { records, read, name }: ExpectedTable): readonly number[] | string {
  if (bytes.length === 0) return [];
  const rows: number[] = [];
  const places = new Map(records.map((record, index) => [record, index + 1]));
  for (const record of read(bytes.toString())) {
    const row = places.get(record);
    if (row === undefined) return `${name} holds what it must not: ${record.slice(0, 120)}`;
    rows.push(row);
  }
  return rows;
}
