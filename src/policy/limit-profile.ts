/** What a limit was seen by; `declared` is what the user said. */
export type LimitEvidence = "refusals" | "headers" | "latency" | "throughput" | "declared";

/** What was learned of the limits of one host (or one key at a host): plain, serialisable. */
export interface LimitProfile {
  /** Requests per second that are accepted; undefined where none was found to bind. */
  readonly rate: number | undefined;
  /** Requests that may leave at once on top of the rate. */
  readonly burst: number | undefined;
  /** Requests in flight that are accepted; undefined where none was found to bind. */
  readonly concurrency: number | undefined;
  /** Latency without queueing, milliseconds. */
  readonly latencyMs: number | undefined;
  /** What it was seen by; empty where no limit was found. */
  readonly evidence: readonly LimitEvidence[];
  /** Whatever else the learner wants to begin with next time. */
  readonly detail: Readonly<Record<string, number>>;
}
