import { isIPv4 } from "node:net";

import type { Failure } from "../core/failure.ts";

const SHORTAGES: ReadonlySet<unknown> = new Set(["EMFILE", "ENFILE"]);

/**
 * Whether a connection was not made because this process, or the machine, has no descriptor or no local
 * port left: that is over as soon as others give theirs back, and no fault of the server's.
 */
export function isOwnShortage({ cause }: Failure): boolean {
  const root = cause instanceof AggregateError ? cause.errors[0] : cause;
  const { code, address } = (root ?? {}) as { readonly code?: unknown; readonly address?: unknown };
  // Of IPv6 the same is said where this machine has no such address at all.
  const hasNoPort = code === "EADDRNOTAVAIL" && typeof address === "string" && isIPv4(address);
  return hasNoPort || SHORTAGES.has(code);
}
