import type { Failure } from "../core/failure.ts";

/**
 * What a failed batch may mean. `a row`: one of its rows, found by elimination. `its size`: rows that
 * may well pass in smaller parts. `all of it`: no part would fare better, or asking again may do harm.
 */
export type BatchBlame = "a row" | "its size" | "all of it";

const TOO_BIG: ReadonlySet<number> = new Set([413, 414, 431, 502, 504]);
/** Who asks and how often, not what: no smaller batch changes that. */
const WHOEVER_ASKS: ReadonlySet<number> = new Set([401, 407, 429, 503]);
const SIZE_CODES: ReadonlySet<string> = new Set([
  "E_TOO_LARGE",
  "E_TIMEOUT",
  "E_RESET",
  "E_TRUNCATED",
]);
const ROW_CODES: ReadonlySet<string> = new Set(["E_RULE", "E_PARSE", "E_DECODE", "E_PROTOCOL"]);

/** Judges why a batch failed, after its retries. */
export function blameBatch({ code, request, response }: Failure): BatchBlame {
  const status = response?.status ?? 0;
  if (code === "E_STATUS") {
    if (WHOEVER_ASKS.has(status)) return "all of it";
    // A refusal had no effect; a server's own fault may have had one.
    if (!request.idempotent && status >= 500) return "all of it";
    return TOO_BIG.has(status) ? "its size" : "a row";
  }
  if (!request.idempotent) return "all of it";
  if (SIZE_CODES.has(code)) return "its size";
  return ROW_CODES.has(code) ? "a row" : "all of it";
}
