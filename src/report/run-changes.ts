import type { DatabaseSync } from "node:sqlite";

import { JournalStore } from "../queue/journal-store.ts";
import type { Task } from "../queue/queue.ts";
import { addCounts, type ChangeCounts, NO_CHANGES } from "./change-counts.ts";
import type { ChangedThing } from "./change-columns.ts";
import { judge } from "./change.ts";
import { openDatabase } from "../queue/open-database.ts";
import { readFault } from "../queue/sqlite-fault.ts";
import { type FoundTable, type HashOf, openFoundTable, type Side } from "./found-table.ts";
import { outcomeRows } from "./outcome-rows.ts";

/** A run to be compared, and how its requests are made from its input again. */
export interface ComparedRun {
  readonly directory: string;
  readonly openBatches: () => Promise<AsyncIterable<readonly Task[]>>;
}

/** What is compared with what; undefined is a run that there was not. */
export interface ComparedPart {
  /** Of a job: which of its steps. */
  readonly step?: string | undefined;
  readonly before: ComparedRun | undefined;
  readonly after: ComparedRun | undefined;
}

/** How one part has changed. */
export interface PartChanges {
  readonly step: string | undefined;
  readonly counts: ChangeCounts;
}

/** What has changed from one run to another. */
export interface RunChanges extends Disposable {
  /** Of all parts together. */
  readonly counts: ChangeCounts;
  readonly parts: readonly PartChanges[];
  /** Everything that is not what it was, part by part in the order of the keys; can be read again. */
  changes(): Generator<ChangedThing>;
}

/**
 * Compares runs by what was asked, in bounded memory: their rows are sorted on the disk, and what differs
 * stays there.
 * @throws JournalError, and what opening an input throws
 */
export async function compareRuns(parts: readonly ComparedPart[]): Promise<RunChanges> {
  using opened = new DisposableStack();
  const differing = opened.adopt(openDatabase(""), (database) => database.close());
  differing.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
    CREATE TABLE thing (number INTEGER PRIMARY KEY, text TEXT); BEGIN`);
  const told: PartChanges[] = [];
  const insert = differing.prepare("INSERT INTO thing (text) VALUES (?)");
  for (const { step, before, after } of parts) {
    using table = openFoundTable();
    if (before !== undefined) await fillFrom(table, "before", before);
    if (after !== undefined) await fillFrom(table, "after", after);
    const counts = { ...NO_CHANGES };
    for (const pair of table.pairs()) {
      const judgement = judge(pair.before, pair.after);
      const { change } = judgement;
      counts[change] += 1;
      if (change === "same" || change === "unanswered") continue;
      insert.run(JSON.stringify({ ...pair, ...judgement, step } satisfies ChangedThing));
    }
    told.push({ step, counts });
  }
  differing.exec("COMMIT");
  const select = differing.prepare("SELECT text FROM thing ORDER BY number");
  const kept = opened.move();
  return {
    counts: told.map(({ counts }) => counts).reduce(addCounts, NO_CHANGES),
    parts: told,
    *changes() {
      for (const { text } of select.iterate()) yield JSON.parse(text as string) as ChangedThing;
    },
    [Symbol.dispose]: () => kept.dispose(),
  };
}

async function fillFrom(
  table: FoundTable,
  side: Side,
  { directory, openBatches }: ComparedRun,
): Promise<void> {
  const batches = await openBatches();
  try {
    using store = JournalStore.open(directory, "read");
    await table.fill(side, outcomeRows(store, batches), hashesIn(store.database));
  } catch (error) {
    throw readFault(error, directory);
  }
}

/** Reads the hashes of a run's kept bodies. */
function hashesIn(database: DatabaseSync): HashOf {
  const table = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'kept'").get();
  if (table === undefined) return () => undefined;
  const select = database.prepare("SELECT hash FROM kept WHERE id = ?");
  return (kept) => {
    const hash = select.get(kept)?.["hash"];
    return hash instanceof Uint8Array ? Buffer.from(hash).toString("hex") : undefined;
  };
}
