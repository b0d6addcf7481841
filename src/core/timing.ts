/** Where a request's time went, in milliseconds; null where a phase did not happen. */
export interface Timing {
  /** Waited for a place at a concurrency gate. */
  readonly queuedMs: number;
  /** Waited for a rate limit, a back-off or a server's Retry-After. */
  readonly heldMs: number;
  /** Name resolution; null on a reused connection or for an address. */
  readonly dnsMs: number | null;
  /** TCP handshake; null on a reused connection. */
  readonly connectMs: number | null;
  /** TLS handshake; null on a reused or a plain connection. */
  readonly tlsMs: number | null;
  /** From leaving to the first byte of the answer, connecting included. */
  readonly firstByteMs: number | null;
  /** From leaving to the last byte, all redirects of the last attempt included. */
  readonly totalMs: number;
  /** Whether a connection that was already open carried it. */
  readonly reused: boolean;
}

/** The wire's part of a timing: everything but the waits before leaving. */
export type WireTiming = Omit<Timing, "queuedMs" | "heldMs">;
