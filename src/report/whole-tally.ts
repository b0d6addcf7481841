import { readSessions } from "../queue/describe-run.ts";
import type { JournalStore } from "../queue/journal-store.ts";
import { readTally } from "../queue/run-tally.ts";
import { restoreTally } from "./restored-tally.ts";
import { createTally, type Tally } from "./tally.ts";

/** What all processes of a run counted together, as if one had done it. */
export function tallyOfRun(store: JournalStore): Tally {
  const tally = createTally();
  function* counted() {
    for (const { latency, ...entry } of readTally(store.database)) {
      yield { ...entry, steps: latency.steps };
    }
  }
  restoreTally(tally, { sessions: readSessions(store), hosts: store.hosts(), tally: counted() });
  return tally;
}
