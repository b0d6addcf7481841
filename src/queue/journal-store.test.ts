import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { createCall } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import { createRequest } from "../core/request.ts";
import { createJournal } from "./create-journal.ts";
import { JOURNAL_FILE } from "./journal-format.ts";
import type { Group } from "./group.ts";
import { JournalStore } from "./journal-store.ts";
import { OutcomeRecords } from "./outcome-record.ts";
import { readTally } from "./run-tally.ts";

const request = createRequest({ url: "http://a.example/x" });

function group(rows: readonly number[], more: Partial<Group> = {}): Group {
  const records = new OutcomeRecords();
  const failure = new Failure("E_RESET", "gone", { request, elapsedMs: 10 });
  for (const row of rows) {
    const outcome = { kind: "failed" as const, request, failure, call: createCall() };
    records.add(outcome, { row, host: 0, atMs: 1, checksum: 0 });
  }
  const none = { details: [], hosts: [], facts: {}, held: [], passed: 0, counters: "{}" };
  return { ...none, records: records.take(), ...more };
}

function created(directory: string, facts: Readonly<Record<string, string>>): JournalStore {
  createJournal(directory, facts, { pid: 1, beganMs: 1 });
  return JournalStore.open(directory, "write");
}

describe("the journal of a run", () => {
  test("knows after its process has died what was committed, and nothing else", async () => {
    await using folder = await temporaryFolder();
    const directory = join(folder.path, "runs", "one");
    {
      using store = created(directory, { job: JSON.stringify({ title: "t" }) });
      store.begin(1, 1);
      store.commit(group([3, 1], { hosts: ["http://a.example"], facts: { total: "9" } }));
      store.commit(group([4], { held: [[4, "[]"]], details: [[4, '{"message":"gone"}']] }));
      expect(() =>
        store.commit(group([5]), () => {
          throw new Error("the power went");
        }),
      ).toThrow("the power went");
    }
    using again = JournalStore.open(directory, "write");
    expect([1, 2, 3, 4, 5].map((row) => again.done.has(row))).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
    expect(again.fact("total")).toBe(9);
    expect(again.hosts()).toEqual(["http://a.example"]);
    expect([...again.held()]).toEqual([[4, "[]"]]);
    expect([...again.outcomes()].map(({ row }) => row)).toEqual([3, 1, 4]);
    expect([...readTally(again.database)].map(({ code, count }) => [code, count])).toEqual([
      ["E_RESET", 3],
    ]);
  });

  test("is readable by its owner alone", async () => {
    await using folder = await temporaryFolder();
    const directory = join(folder.path, "run");
    using _store = created(directory, {});
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, JOURNAL_FILE)).mode & 0o777).toBe(0o600);
  });

  test("takes outcomes back: the rows are owed, their counts are gone", async () => {
    await using folder = await temporaryFolder();
    const directory = join(folder.path, "run");
    using store = created(directory, {});
    store.begin(1, 1);
    store.intend([2]);
    store.commit(group([1, 2, 3], { details: [[2, "{}"]] }));
    const owed = new OutcomeRecords();
    owed.addOwed(2, 5);
    store.takeBack(new Set([2]), owed.take(), {});
    expect(store.done.has(2)).toBe(false);
    expect(store.done.count).toBe(2);
    expect([...readTally(store.database)][0]!.count).toBe(2);
    expect(store.intents()).toEqual([]);
    using again = JournalStore.open(directory, "write");
    expect(again.done.firstOwed).toBe(2);
  });

  test("rows that may have left are in doubt until they have an outcome", async () => {
    await using folder = await temporaryFolder();
    const directory = join(folder.path, "run");
    {
      using store = created(directory, {});
      store.begin(1, 1);
      store.intend([1, 2, 3]);
      store.commit(group([2]));
    }
    using again = JournalStore.open(directory, "write");
    expect(again.intents()).toEqual([1, 3]);
  });

  test("of a newer format, or another program's database, is refused and left as it is", async () => {
    await using folder = await temporaryFolder();
    const directory = join(folder.path, "run");
    createJournal(directory, {}, { pid: 1, beganMs: 1 });
    const path = join(directory, JOURNAL_FILE);
    {
      using database = new DatabaseSync(path);
      database.exec("PRAGMA user_version = 99");
    }
    expect(() => JournalStore.open(directory, "write")).toThrow(/newer fanfetch \(format 99/);
    {
      using database = new DatabaseSync(path);
      database.exec("PRAGMA application_id = 7");
    }
    expect(() => JournalStore.open(directory, "read")).toThrow(/no journal of fanfetch/);
    expect(() => JournalStore.open(folder.path, "read")).toThrow(/no run/);
    expect(existsSync(join(folder.path, JOURNAL_FILE))).toBe(false);
  });

  test("that is damaged in the middle of its log is refused", async () => {
    await using folder = await temporaryFolder();
    const directory = join(folder.path, "run");
    {
      using store = created(directory, {});
      store.begin(1, 1);
      store.commit(group([1]));
      store.commit(group([2]));
      store.database.exec("UPDATE outcomes SET records = zeroblob(80) WHERE id = 1");
    }
    expect(() => JournalStore.open(directory, "write")).toThrow(/group 1 is not as it was written/);
    {
      using database = new DatabaseSync(join(directory, JOURNAL_FILE));
      database.exec("DELETE FROM outcomes WHERE id = 1");
    }
    expect(() => JournalStore.open(directory, "write")).toThrow(/damaged/);
  });
});
