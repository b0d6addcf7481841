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
  /** For how long the process was kept from a processor that it was ready for. @default 0 */
  readonly stalledMs?: number | undefined;
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
  /** The same, in time in which its process was not kept from a processor. */
  readonly oldestOwnMs: number;
  readonly violations: readonly string[];
}

/** One clock for all processes of the machine. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** How long before a kill an answer was given. */
interface Age {
  readonly ms: number;
  readonly ownMs: number;
}

/**
 * Holds a run's lives against the promise on the wire: a question is asked once in a life, and again in
 * a later one only where it was in flight at the kill, or its answer, given at most `windowMs` of the
 * process's own time before it, was not yet committed. So it is with a question that several rows share.
 */
export function accountOf(
  lives: readonly Life[],
  { windowMs }: { readonly windowMs: number },
): VisitAccount {
  const violations: string[] = [];
  const known = new Map<string, "may be asked" | "committed" | Age>();
  let [requests, repeats, inFlight, oldestRepeatedMs, oldestOwnMs] = [0, 0, 0, 0, 0];
  for (const [
    number,
    { visits, killedMs = Number.POSITIVE_INFINITY, stalledMs = 0, committed },
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
      else if (before.ownMs > windowMs) {
        const words = `${before.ms.toFixed(0)} ms (${before.ownMs.toFixed(0)} of its own)`;
        violations.push(`${shown} was asked for again, answered ${words} before the kill`);
      } else {
        oldestRepeatedMs = Math.max(oldestRepeatedMs, before.ms);
        oldestOwnMs = Math.max(oldestOwnMs, before.ownMs);
      }
    }
    for (const { question, answeredMs } of visits) {
      const ms = killedMs - (answeredMs ?? killedMs);
      const ownMs = ms - stalledMs;
      if (committed === undefined ? ownMs <= windowMs : !committed.has(question)) inFlight += 1;
      known.set(question, ms <= 0 ? "may be asked" : { ms, ownMs });
    }
    for (const question of committed ?? []) known.set(question, "committed");
  }
  return { requests, repeats, inFlight, oldestRepeatedMs, oldestOwnMs, violations };
}
