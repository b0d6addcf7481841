import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";

import { DoneRows, unitOf } from "./done-rows.ts";
import { JOURNAL_FILE, JournalError, prepareConnection } from "./journal-format.ts";
import { checkStructure, type LoggedGroup, readDone, readGroups } from "./journal-log.ts";
import { type OutcomeRecord, readRecords } from "./outcome-record.ts";
import { RECORD_BYTES } from "./record-layout.ts";
import type { Group, InTransaction } from "./group.ts";
import { RecordCursor } from "./record-cursor.ts";
import { RunTally } from "./run-tally.ts";
import {
  addHosts,
  readFact,
  readFacts,
  readHeld,
  readHosts,
  readIntents,
  writeFacts,
  writeHeld,
  writeIntents,
} from "./sealed-rows.ts";
import { beginSession, FIRST_SESSION } from "./journal-session.ts";
import { openJournal } from "./open-journal.ts";

/** The journal of one run: who has its outcome, durable. Synchronous; lives in a thread of its own. */
export class JournalStore implements Disposable {
  readonly database: DatabaseSync;
  readonly directory: string;
  /** Rows that have an outcome; read where the journal is open to be written. */
  readonly done: DoneRows;
  #session = 0;
  #hasIntents = false;
  readonly #statements = new Map<string, StatementSync>();
  #tally: RunTally | undefined;

  private constructor(database: DatabaseSync, directory: string, done: DoneRows) {
    this.database = database;
    this.directory = directory;
    this.done = done;
  }

  /**
   * Opens a journal; to write, its log is checked and what is done is read.
   * @throws JournalError for one that is missing, newer or damaged.
   */
  static open(directory: string, mode: "read" | "write"): JournalStore {
    const path = join(directory, JOURNAL_FILE);
    if (!existsSync(path)) throw new JournalError(`there is no run in ${directory}`);
    const database = openJournal(path, mode);
    try {
      // All of them: one whose name is damaged would seem never to have been noted.
      readFacts(database);
      if (mode === "write") prepareConnection(database);
      if (mode === "write") checkStructure(database, path);
      const done = mode === "write" ? readDone(database, directory) : new DoneRows();
      const store = new JournalStore(database, directory, done);
      return store;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** A fact, as JSON; undefined where it was never noted. */
  fact<T>(name: string): T | undefined {
    const found = readFact(this.database, name);
    return found === undefined ? undefined : (JSON.parse(found) as T);
  }

  /** All facts, as JSON by name. @throws JournalError where one is damaged. */
  facts(): ReadonlyMap<string, string> {
    return readFacts(this.database);
  }

  /** Notes facts in a commit of their own. */
  note(facts: Readonly<Record<string, string>>): void {
    this.#transact(() => writeFacts(this.database, facts));
  }

  /** Origins of hosts by number, from 0. */
  hosts(): readonly string[] {
    return readHosts(this.database);
  }

  /** What is kept of a row beside its record, as JSON. */
  detail(row: number): string | undefined {
    const found = this.#prepared("SELECT text FROM detail WHERE row = ?").get(row);
    return found?.["text"] as string | undefined;
  }

  /** Records that wait for their turn, in the order of their rows. */
  held(): Generator<readonly [number, string]> {
    return readHeld(this.database);
  }

  /** Rows that may have been sent and have no outcome. */
  intents(): readonly number[] {
    const rows = readIntents(this.database);
    this.#hasIntents = rows.length > 0;
    return rows.filter((row) => !this.done.has(row));
  }

  /** Notes that a process works on the run from now on. */
  begin(pid: number, beganMs: number): void {
    this.#session = beginSession(this.database, { pid, beganMs });
  }

  /** Goes on as the process that the journal was made by. */
  takeUp(): void {
    this.#session = FIRST_SESSION;
  }

  /** Notes how the process ended its work. */
  end(reason: string, atMs: number, counters: string): void {
    this.database
      .prepare("UPDATE session SET ended_ms = ?, reason = ?, counters = ? WHERE id = ?")
      .run(atMs, reason, counters, this.#session);
  }

  /** Notes rows whose requests are about to leave and must not leave twice. */
  intend(rows: readonly number[]): void {
    this.#hasIntents = true;
    this.#transact(() => writeIntents(this.database, rows));
  }

  /** Makes a group durable; `beside` does its part in the same transaction. */
  commit(group: Group, beside?: InTransaction): void {
    const { database } = this;
    this.#tally ??= new RunTally(database);
    const tally = this.#tally;
    const units = new Set<number>();
    const forget = this.#hasIntents
      ? this.#prepared("DELETE FROM intent WHERE row = ?")
      : undefined;
    this.#transact(() => {
      const { records } = group;
      if (records.byteLength > 0) {
        let unit = -1;
        for (const cursor = new RecordCursor(records); cursor.next();) {
          const { row } = cursor;
          if (unitOf(row) !== unit) units.add((unit = unitOf(row)));
          if (cursor.kind === "owed") this.done.remove(row);
          else this.done.add(row);
          tally.count(cursor, 1);
          forget?.run(row);
        }
        const sql = "INSERT INTO outcomes (session, count, records, checksum) VALUES (?, ?, ?, ?)";
        const count = records.byteLength / RECORD_BYTES;
        this.#prepared(sql).run(this.#session, count, records, crc32(records));
      }
      this.#writeDone(units);
      tally.write();
      this.#writeRest(group);
      beside?.();
    });
  }

  /** Takes back the outcomes of rows, which are owed again; `facts` change with them. */
  takeBack(rows: ReadonlySet<number>, records: Uint8Array, facts: Group["facts"]): void {
    const latest = new Map<number, OutcomeRecord>();
    for (const record of this.outcomes()) if (rows.has(record.row)) latest.set(record.row, record);
    this.#tally ??= new RunTally(this.database);
    for (const row of rows) {
      const record = latest.get(row);
      if (record !== undefined) this.#tally.count(record, -1);
    }
    const forget = this.database.prepare("DELETE FROM detail WHERE row = ?");
    const unintend = this.database.prepare("DELETE FROM intent WHERE row = ?");
    const none = { details: [], hosts: [], held: [], passed: 0 };
    this.commit({ ...none, records, facts }, () => {
      for (const row of rows) {
        forget.run(row);
        unintend.run(row);
      }
    });
  }

  /** The whole log, from its beginning. @throws JournalError where a group is damaged. */
  *outcomes(): Generator<OutcomeRecord> {
    for (const { records } of this.groups()) yield* readRecords(records);
  }

  /** The number of the session that `begin` made; 0 before. */
  get session(): number {
    return this.#session;
  }

  /** Group commits so far. */
  groupCount(): number {
    return Number(this.database.prepare("SELECT count(*) AS n FROM outcomes").get()!["n"]);
  }

  /** The groups of the log. @throws JournalError where one is damaged. */
  groups(): Generator<LoggedGroup> {
    return readGroups(this.database, this.directory);
  }

  [Symbol.dispose](): void {
    this.database.close();
  }

  /** A statement of the commit, compiled once. */
  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #writeDone(units: ReadonlySet<number>): void {
    const write = this.#prepared("INSERT OR REPLACE INTO done VALUES (?, ?, ?)");
    for (const unit of units) {
      const bits = this.done.unit(unit);
      write.run(unit, bits, crc32(bits));
    }
  }

  #writeRest({ details, hosts, held, passed, facts, counters, ends }: Group): void {
    const detail = this.#prepared("INSERT OR REPLACE INTO detail VALUES (?, ?)");
    for (const [row, text] of details) detail.run(row, text);
    const statements = { prepare: (sql: string) => this.#prepared(sql) };
    addHosts(statements, hosts);
    if (passed > 0) this.#prepared("DELETE FROM held WHERE row <= ?").run(passed);
    writeHeld(statements, held);
    writeFacts(statements, facts);
    if (counters === undefined) return;
    if (ends !== undefined) return this.end(ends, Date.now(), counters);
    this.#prepared("UPDATE session SET counters = ? WHERE id = ?").run(counters, this.#session);
  }

  #transact(work: () => void): void {
    this.database.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.database.exec("COMMIT");
    } catch (error) {
      // What failed to be written stays unwritten; the first error tells why.
      if (this.database.isTransaction) this.database.exec("ROLLBACK");
      throw error;
    }
  }
}
