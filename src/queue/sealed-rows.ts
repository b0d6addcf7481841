import type { DatabaseSync, StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";

import { JournalError } from "./journal-format.ts";

/** The checksum of a row of a table: CRC-32 of what names it and of what it holds. */
export function sealOf(name: string | number, text = ""): number {
  return crc32(`${name}\n${text}`);
}

/** A database, or whoever compiles its statements once. */
export interface Statements {
  prepare(sql: string): StatementSync;
}

/** Writes facts, as JSON by name, in place of earlier ones. */
export function writeFacts(database: Statements, facts: Readonly<Record<string, string>>): void {
  const write = database.prepare("INSERT OR REPLACE INTO fact VALUES (?, ?, ?)");
  for (const [name, value] of Object.entries(facts)) write.run(name, value, sealOf(name, value));
}

/** A fact, as JSON; undefined where it was never noted. @throws JournalError where it is damaged. */
export function readFact(database: DatabaseSync, name: string): string | undefined {
  const found = database.prepare("SELECT * FROM fact WHERE name = ?").get(name);
  return found && textOf("fact", { name, text: found["value"], checksum: found["checksum"] });
}

/** All facts, as JSON by name. @throws JournalError where one is damaged. */
export function readFacts(database: DatabaseSync): ReadonlyMap<string, string> {
  const facts = database.prepare("SELECT name, value AS text, checksum FROM fact").all();
  return new Map(facts.map((fact) => [fact["name"] as string, textOf("fact", fact)]));
}

/** Adds origins of hosts behind those that are there. */
export function addHosts(database: Statements, origins: readonly string[]): void {
  if (origins.length === 0) return;
  let number = Number(database.prepare("SELECT count(*) AS n FROM host").get()!["n"]);
  const add = database.prepare("INSERT INTO host (origin, checksum) VALUES (?, ?)");
  for (const origin of origins) {
    add.run(origin, sealOf(number, origin));
    number += 1;
  }
}

/** Origins of hosts by number, from 0. @throws JournalError where one is damaged. */
export function readHosts(database: DatabaseSync): readonly string[] {
  const hosts = database.prepare("SELECT origin AS text, checksum FROM host ORDER BY id").all();
  return hosts.map((host, name) => textOf("host", { ...host, name }));
}

/** Writes row and JSON of records that wait for their turn. */
export function writeHeld(
  database: Statements,
  held: readonly (readonly [number, string])[],
): void {
  if (held.length === 0) return;
  const write = database.prepare("INSERT OR REPLACE INTO held VALUES (?, ?, ?)");
  for (const [row, record] of held) write.run(row, record, sealOf(row, record));
}

/** Records that wait for their turn, in the order of their rows. @throws JournalError where one is damaged. */
export function* readHeld(database: DatabaseSync): Generator<readonly [number, string]> {
  const sql = "SELECT row AS name, record AS text, checksum FROM held ORDER BY row";
  for (const found of database.prepare(sql).iterate()) {
    yield [found["name"] as number, textOf("held", found)];
  }
}

/** Notes rows whose requests are about to leave. */
export function writeIntents(database: DatabaseSync, rows: readonly number[]): void {
  const write = database.prepare("INSERT OR REPLACE INTO intent VALUES (?, ?)");
  for (const row of rows) write.run(row, sealOf(row));
}

/** Rows whose requests may have left. @throws JournalError where one is damaged. */
export function readIntents(database: DatabaseSync): readonly number[] {
  const found = database.prepare("SELECT row AS name, checksum FROM intent ORDER BY row").all();
  return found.map((intent) => {
    textOf("intent", { ...intent, text: "" });
    return intent["name"] as number;
  });
}

/** The text of a row, if it is as it was written: SQLite itself does not see a bit that flipped. */
function textOf(
  table: string,
  { name, text, checksum }: Readonly<Record<string, unknown>>,
): string {
  if (sealOf(name as string | number, text as string) === checksum) return text as string;
  throw new JournalError(`the journal is damaged: its list "${table}" is not as it was written`);
}
