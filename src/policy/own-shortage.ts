import type { Failure } from "../core/failure.ts";

const SHORTAGES: ReadonlySet<unknown> = new Set(["EMFILE", "ENFILE"]);

/**
 * Whether a connection was not made because this process, or the machine, has no descriptor left: that
 * is over as soon as others give theirs back, and no fault of the server's.
 */
export function isOwnShortage({ cause }: Failure): boolean {
  const root = cause instanceof AggregateError ? cause.errors[0] : cause;
  return SHORTAGES.has((root as { code?: unknown } | null | undefined)?.code);
}
