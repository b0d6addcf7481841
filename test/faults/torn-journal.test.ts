import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { createCall } from "../../src/core/call.ts";
import { createRequest } from "../../src/core/request.ts";
import { Failure } from "../../src/core/failure.ts";
import { createJournal, removeDatabase } from "../../src/queue/create-journal.ts";
import { faultOf } from "../../src/queue/journal-fault.ts";
import { JOURNAL_FILE } from "../../src/queue/journal-format.ts";
import type { Group } from "../../src/queue/group.ts";
import { JournalStore } from "../../src/queue/journal-store.ts";
import { OutcomeRecords } from "../../src/queue/outcome-record.ts";
import { hashOf } from "../../src/rehearsal/random.ts";
import { temporaryFolder } from "../support/temp.ts";

const request = createRequest({ url: "http://a.example/x" });
const failure = new Failure("E_RESET", "gone", { request, elapsedMs: 10 });

/** A group of failures with what a group has beside its records. */
function groupOf(rows: readonly number[]): Group {
  const records = new OutcomeRecords();
  for (const row of rows) {
    const outcome = { kind: "failed" as const, request, failure, call: createCall() };
    records.add(outcome, { row, host: 0, atMs: row, checksum: row });
  }
  return {
    records: records.take(),
    details: rows.map((row) => [row, `{"message":"gone ${row}"}`] as const),
    hosts: [],
    facts: { passed: String(rows.at(-1)) },
    held: [],
    passed: 0,
    counters: "{}",
  };
}

const GROUPS = 6;
const ROWS_OF_GROUP = 50;
const rowsOfGroup = (group: number): readonly number[] =>
  Array.from({ length: ROWS_OF_GROUP }, (_, index) => group * ROWS_OF_GROUP + index + 1);

/** What a process leaves that dies with six commits in its log, and where each commit ends there. */
function diedAfterCommits(directory: string, left: string): readonly number[] {
  const facts = { job: '"a job"', order: '"arrival"' };
  createJournal(directory, facts, { pid: 1, beganMs: 1 });
  const log = join(directory, `${JOURNAL_FILE}-wal`);
  using store = JournalStore.open(directory, "write");
  store.takeUp();
  const ends: number[] = [];
  for (let group = 0; group < GROUPS; group += 1) {
    store.commit(groupOf(rowsOfGroup(group)));
    ends.push(statSync(log).size);
  }
  mkdirSync(left);
  for (const name of [JOURNAL_FILE, `${JOURNAL_FILE}-wal`]) {
    copyFileSync(join(directory, name), join(left, name));
  }
  return ends;
}

/** Rows that the log tells of. */
function loggedRows(store: JournalStore): readonly number[] {
  return [...store.outcomes()].map(({ row }) => row);
}

test("87 a journal whose tail is torn at any byte opens at its last whole commit", async () => {
  await using folder = await temporaryFolder();
  const left = join(folder.path, "left");
  const ends = diedAfterCommits(join(folder.path, "run"), left);
  const log = join(left, `${JOURNAL_FILE}-wal`);
  const [whole, last] = [ends.at(-2)!, ends.at(-1)!];
  expect(last - whole).toBeGreaterThan(4_000);
  const expected = Array.from({ length: GROUPS - 1 }, (_, group) => rowsOfGroup(group)).flat();
  {
    using store = JournalStore.open(left, "read");
    expect(loggedRows(store)).toHaveLength(GROUPS * ROWS_OF_GROUP);
  }
  // Every byte of the last two frames; those before differ in nothing, and get every 17th.
  const frames = last - 2 * (4096 + 24);
  for (let size = last - 1; size >= whole; size -= size > frames ? 1 : 17) {
    truncateSync(log, size);
    using store = JournalStore.open(left, "read");
    const rows = loggedRows(store);
    // One comparison of numbers per byte; what they are is looked at where they differ.
    if (rows.length !== expected.length) expect(rows, `cut at ${size}`).toEqual(expected);
  }
});

test("87 a journal that was torn goes on after its last whole commit", async () => {
  await using folder = await temporaryFolder();
  const left = join(folder.path, "left");
  const ends = diedAfterCommits(join(folder.path, "run"), left);
  const cuts = ends.flatMap((end, group) => [
    { size: end, groups: group + 1 },
    { size: end - 1, groups: group },
    { size: end - 4_000, groups: group },
  ]);
  const again = join(folder.path, "again");
  mkdirSync(again);
  for (const { size, groups } of cuts) {
    removeDatabase(join(again, JOURNAL_FILE));
    copyFileSync(join(left, JOURNAL_FILE), join(again, JOURNAL_FILE));
    copyFileSync(join(left, `${JOURNAL_FILE}-wal`), join(again, `${JOURNAL_FILE}-wal`));
    truncateSync(join(again, `${JOURNAL_FILE}-wal`), size);
    const there = Array.from({ length: groups }, (_, group) => rowsOfGroup(group)).flat();
    {
      using store = JournalStore.open(again, "write");
      expect(
        [...Array(GROUPS * ROWS_OF_GROUP).keys()].filter((row) => store.done.has(row + 1)),
      ).toEqual(there.map((row) => row - 1));
      store.begin(2, 2);
      store.commit(groupOf([1_000]));
    }
    using store = JournalStore.open(again, "write");
    expect(loggedRows(store)).toEqual([...there, 1_000]);
    expect(store.fact("passed")).toBe(1_000);
  }
});

/** Everything that a journal says of its run. */
function said(store: JournalStore): unknown {
  return {
    log: [...store.outcomes()],
    done: [...store.done.units()].map(([unit, bits]) => [unit, Buffer.from(bits).toString("hex")]),
    held: [...store.held()],
    facts: [...store.facts()],
    hosts: store.hosts(),
    intents: store.intents(),
  };
}

const FLIPS = 3_000;

test("88 a bit that flips in a journal is told, or was in nothing that a run goes on from", async () => {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, "run");
  const facts = { job: '"a job"', order: '"input"', standing: '{"bytes":100}' };
  createJournal(directory, facts, { pid: 1, beganMs: 1 });
  {
    using store = JournalStore.open(directory, "write");
    store.takeUp();
    store.intend([500, 501]);
    for (let group = 0; group < GROUPS; group += 1) {
      const held = rowsOfGroup(group + 10).map((row) => [row, `[["n"],["${row}"]]`] as const);
      store.commit({ ...groupOf(rowsOfGroup(group)), held, hosts: [`http://${group}.example`] });
    }
  }
  const path = join(directory, JOURNAL_FILE);
  const whole = readFileSync(path);
  let expected: string;
  {
    using store = JournalStore.open(directory, "write");
    expected = JSON.stringify(said(store));
  }
  const told = { refused: 0, unchanged: 0 };
  for (let flip = 0; flip < FLIPS; flip += 1) {
    const bytes = Buffer.from(whole);
    const at = hashOf(`flip ${flip}`, 88) % bytes.byteLength;
    bytes[at]! ^= 1 << (flip % 8);
    removeDatabase(path);
    writeFileSync(path, bytes);
    let found: string;
    try {
      using store = JournalStore.open(directory, "write");
      found = JSON.stringify(said(store));
    } catch (error) {
      const fault = faultOf(error, { directory, state: "opening" });
      expect(fault.kind, `byte ${at}: ${fault.message}`).toMatch(/^(?:journal|disk)$/);
      told.refused += 1;
      continue;
    }
    told.unchanged += 1;
    expect(found === expected, `bit ${flip % 8} of byte ${at} changed what the journal says`).toBe(
      true,
    );
  }
  expect(told.refused).toBeGreaterThan(FLIPS / 10);
  expect(told.unchanged).toBeGreaterThan(FLIPS / 10);
});
