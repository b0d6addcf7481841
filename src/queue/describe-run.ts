import type { EarlierSession, OpenedRun } from "./journal-messages.ts";
import type { JournalStore } from "./journal-store.ts";
import type { RunIdentity } from "./run-directories.ts";
import { readTally } from "./run-tally.ts";

/** Everything that whoever goes on with a run needs to know of it. */
export function describeRun(from: JournalStore, origin: OpenedRun["origin"]): OpenedRun {
  const { database, directory } = from;
  return {
    directory,
    origin,
    identity: from.fact<RunIdentity>("identity")!,
    facts: new Map(
      database
        .prepare("SELECT * FROM fact")
        .all()
        .map((fact) => [fact["name"] as string, fact["value"] as string]),
    ),
    units: [...from.done.units()],
    hosts: from.hosts(),
    held: [...from.held()],
    intents: from.intents(),
    sessions: readSessions(from),
    tally: [...readTally(database)].map(({ latency, ...entry }) => ({
      ...entry,
      steps: latency.steps,
    })),
  };
}

/** The processes that worked on a run before this one. */
export function readSessions(from: JournalStore): readonly EarlierSession[] {
  const found = from.database
    .prepare("SELECT * FROM session WHERE id <> ? ORDER BY id")
    .all(from.session);
  return found.map((session) => ({
    pid: session["pid"] as number,
    beganMs: session["began_ms"] as number,
    endedMs: session["ended_ms"] as number | null,
    reason: session["reason"] as string | null,
    counters: session["counters"] as string | null,
  }));
}
