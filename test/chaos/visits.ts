/** One request as the server saw it. Times in milliseconds of `nowMs`. */
export interface Visit {
  /** What was asked for; rows may share it. */
  readonly question: string;
  readonly beganMs: number;
  /** Undefined where the client was gone before its answer. */
  answeredMs: number | undefined;
}

/** What one process asked for until it ended. */
export interface Life {
  readonly visits: readonly Visit[];
  /** Undefined where it ended by itself. */
  readonly killedMs: number | undefined;
  /** Questions of which a row had its outcome in the journal when the process had ended. */
  readonly committed?: ReadonlySet<string> | undefined;
}

/** What the server's memory says of the promise that nothing is asked for twice. */
export interface VisitAccount {
  readonly requests: number;
  /** Requests for what had been asked for in an earlier life. */
  readonly repeats: number;
  /** Requests under way at the kills, all together: not answered yet, or not yet committed. */
  readonly inFlight: number;
  /** How long before its kill the answer was given that is the oldest of those asked for again. */
  readonly oldestRepeatedMs: number;
  readonly violations: readonly string[];
}

/** One clock for all processes of the machine. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * Holds a run's lives against the promise on the wire: a question is asked once in a life, and again in
 * a later one only where it was in flight at the kill, or its answer, given at most `windowMs` before
 * it, was not yet committed. So it is with a question that several rows share.
 */
export function accountOf(
  lives: readonly Life[],
  { windowMs }: { readonly windowMs: number },
): VisitAccount {
  const violations: string[] = [];
  const known = new Map<string, "may be asked" | "committed" | number>();
  let [requests, repeats, inFlight, oldestRepeatedMs] = [0, 0, 0, 0];
  for (const [
    number,
    { visits, killedMs = Number.POSITIVE_INFINITY, committed },
  ] of lives.entries()) {
    const now = new Set<string>();
    for (const { question } of visits) {
      requests += 1;
      const shown = `${JSON.stringify(question)} in life ${number + 1}`;
      if (now.has(question)) violations.push(`${shown} was asked for twice`);
      now.add(question);
      const before = known.get(question);
      if (before === undefined) continue;
      repeats += 1;
      if (before === "may be asked") continue;
      if (before === "committed") violations.push(`${shown} was asked for after its commit`);
      else if (before > windowMs) {
        violations.push(
          `${shown} was asked for again, answered ${before.toFixed(0)} ms before the kill`,
        );
      } else oldestRepeatedMs = Math.max(oldestRepeatedMs, before);
    }
    for (const { question, answeredMs } of visits) {
      const age = killedMs - (answeredMs ?? killedMs);
      if (committed === undefined ? age <= windowMs : !committed.has(question)) inFlight += 1;
      known.set(question, age <= 0 || answeredMs === undefined ? "may be asked" : age);
    }
    for (const question of committed ?? []) known.set(question, "committed");
  }
  return { requests, repeats, inFlight, oldestRepeatedMs, violations };
}
