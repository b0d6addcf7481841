/** What is known when an episode of refusals is over. */
export interface Refusal {
  /** Accepted before its first request, since the beginning. */
  readonly acceptedBefore: number;
  readonly nowMs: number;
  /** Nobody leaves for so long. */
  readonly waitMs: number;
  /** Latency without a queue, milliseconds. */
  readonly baseMs: number;
  /** Under way besides the first refused one. */
  readonly places: number;
}
