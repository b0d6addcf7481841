import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { createJournal } from "./create-journal.ts";
import { JOURNAL_FILE } from "./journal-format.ts";
import { JournalStore } from "./journal-store.ts";

const SESSION = { pid: 17, beganMs: 1_000 };

describe("making the journal of a run", () => {
  test("makes the folders above it, and leaves nothing beside it", async () => {
    await using folder = await temporaryFolder();
    const directory = join(folder.path, "a", "b", "run");
    createJournal(directory, { job: '"one"' }, SESSION);
    expect(readdirSync(directory)).toEqual([JOURNAL_FILE]);
    using store = JournalStore.open(directory, "write");
    expect(store.fact("job")).toBe("one");
    const sessions = store.database.prepare("SELECT pid, began_ms, ended_ms FROM session").all();
    expect(sessions).toEqual([{ pid: 17, began_ms: 1_000, ended_ms: null }]);
  });

  test("takes the place of what a kill left of an earlier one", async () => {
    await using folder = await temporaryFolder();
    for (const suffix of ["", "-wal", "-shm"]) {
      await folder.write(`${JOURNAL_FILE}.new${suffix}`, "half of one");
    }
    createJournal(folder.path, { job: '"two"' }, SESSION);
    expect(await folder.names()).toEqual([JOURNAL_FILE]);
    using store = JournalStore.open(folder.path, "read");
    expect(store.fact("job")).toBe("two");
  });

  test("that fails takes back what it made, and nothing else", async () => {
    await using folder = await temporaryFolder();
    const directory = join(folder.path, "runs", "one");
    const unwritable = { job: null as unknown as string };
    expect(() => createJournal(directory, unwritable, SESSION)).toThrow(/NOT NULL/);
    expect(existsSync(join(folder.path, "runs"))).toBe(false);
    await folder.write("mine", "");
    expect(() => createJournal(folder.path, unwritable, SESSION)).toThrow(/NOT NULL/);
    expect(await folder.names()).toEqual(["mine"]);
  });

  test("below a file, or in place of one, it is refused by the system", async () => {
    await using folder = await temporaryFolder();
    const path = await folder.write("file", "");
    expect(() => createJournal(path, {}, SESSION)).toThrow(/EEXIST/);
    expect(() => createJournal(join(path, "run"), {}, SESSION)).toThrow(/ENOTDIR/);
  });
});
