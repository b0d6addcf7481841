import type { DatabaseSync } from "node:sqlite";

/** A process that works on a run. */
export interface Session {
  readonly pid: number;
  readonly beganMs: number;
}

/** Notes that a process works on the run from now on; gives the number of its session. */
export function beginSession(database: DatabaseSync, { pid, beganMs }: Session): number {
  const statement = database.prepare("INSERT INTO session (pid, began_ms) VALUES (?, ?)");
  return Number(statement.run(pid, beganMs).lastInsertRowid);
}

/** The session of whoever makes a journal. */
export const FIRST_SESSION = 1;
