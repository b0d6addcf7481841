import { UsageError } from "../core/usage-error.ts";
import type { Latency } from "../rehearsal/latency.ts";
import type { AnswerMaker } from "../rehearsal/made-up-answer.ts";
import { type Rehearsal, startRehearsal } from "../rehearsal/rehearsal.ts";
import type { RehearsalSettings } from "./settings-rehearsal.ts";

/** What a rehearsal does where nothing was said, and how many requests it remembers one by one. */
export interface RehearsalParts {
  readonly latency: Latency;
  readonly answer?: AnswerMaker;
  readonly details?: number;
}

/** Starts the server that was asked for. @throws UsageError where its port is not free. */
export async function openRehearsal(
  play: RehearsalSettings,
  parts: RehearsalParts,
): Promise<Rehearsal> {
  const { leastMs, mostMs } = play.latency ?? parts.latency;
  try {
    return await startRehearsal({
      ...play,
      latencyMs: [leastMs, mostMs],
      answer: play.answer ?? parts.answer,
      remember: parts.details === undefined ? {} : { details: parts.details },
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    const why = code === "EACCES" ? "may not be used" : "is taken";
    throw new UsageError(`--port ${play.port} ${why}; leave it out for any free one`, {
      cause: error,
    });
  }
}
