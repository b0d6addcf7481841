import type { EarlierSession } from "../queue/journal-messages.ts";
import type { JournalStore } from "../queue/journal-store.ts";

/** The processes that worked on a run, the first one first. */
export function readSessions({ database }: JournalStore): readonly EarlierSession[] {
  const found = database.prepare("SELECT * FROM session ORDER BY id").all();
  return found.map((session) => ({
    pid: session["pid"] as number,
    beganMs: session["began_ms"] as number,
    endedMs: session["ended_ms"] as number | null,
    reason: session["reason"] as string | null,
    counters: session["counters"] as string | null,
  }));
}
