import type { JournalStore } from "../queue/journal-store.ts";
import { rowsInDoubt } from "./rows-in-doubt.ts";
import { outputsOf, type RunOutput } from "./run-output.ts";
import { doneOf, readOverview, type RunOverview } from "./run-overview.ts";
import { summarise } from "./summary.ts";
import type { Tally } from "./tally.ts";
import { tallyOfRun } from "./whole-tally.ts";

/** What a journal tells of its run, but for its single rows. */
export interface RunReport {
  readonly run: RunOverview;
  readonly tally: Tally;
  readonly outputs: readonly RunOutput[];
  /** Records that wait for their turn in the order of the input. */
  readonly held: number;
  /** Rows that may have been sent and must not be sent twice. */
  readonly inDoubt: number;
}

/** Reads all of it at one moment, whoever writes meanwhile. */
export function readReport(store: JournalStore): RunReport {
  const { database } = store;
  database.exec("BEGIN");
  try {
    return {
      run: readOverview(store),
      tally: tallyOfRun(store),
      outputs: outputsOf(store),
      held: database.prepare("SELECT COUNT(*) AS held FROM held").get()!["held"] as number,
      inDoubt: rowsInDoubt(store).length,
    };
  } finally {
    database.exec("COMMIT");
  }
}

/** The report as JSON tells it: names are added, none changes. Times in milliseconds. */
export function reportToJson({ run, tally, outputs, held, inDoubt }: RunReport): object {
  const { inputs: done, hosts, run: _, ...numbers } = summarise(tally);
  return {
    run: run.name,
    directory: run.directory,
    title: run.title,
    state: run.state,
    inputs: run.total,
    done,
    owed: run.total === null ? null : run.total - doneOf(run),
    inDoubt,
    ...numbers,
    statuses: Object.fromEntries(tally.statuses),
    sessions: run.sessions.map(({ pid, beganMs, endedMs, reason }) => ({
      pid,
      began: new Date(beganMs).toISOString(),
      ended: endedMs === null ? null : new Date(endedMs).toISOString(),
      reason,
    })),
    outputs: outputs.map((output) => (output.kind === "table" ? { ...output, held } : output)),
    hosts: Object.fromEntries(
      Object.entries(hosts).map(([name, host]) => {
        const { answered, failed, skipped, bytes, p50Ms, p95Ms, p99Ms } = host;
        return [name, { answered, failed, skipped, bytes, p50Ms, p95Ms, p99Ms }];
      }),
    ),
  };
}
