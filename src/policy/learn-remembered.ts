/** What of places is worth remembering; 0 for what is not known. */
export interface RememberedConcurrency {
  readonly ceiling: number;
  readonly baseMs: number;
  readonly limit: number;
  /** Longest wait that a refusal cost, milliseconds. */
  readonly dearMs: number;
}

/** What of a rate is worth remembering. */
export interface RememberedRate {
  /** Requests per second that were measured to bind; 0 where none was. */
  readonly rate: number;
  /** Requests that a bucket holds; 0 where none is known. */
  readonly burst: number;
  readonly windowSize: number;
  readonly windowMs: number;
  readonly isShallow: boolean;
  /** Longest wait that a refusal cost, milliseconds. */
  readonly dearMs: number;
  /** Requests per second at which a long window is spent, where a shorter limit binds; else 0. */
  readonly innerRate: number;
}
