/** How long an answer may be slow before it counts. */
const WINDOW_MS = 30_000;

/** Measures how fast an answer arrives, over 30 seconds at a time. */
export class AnswerSpeed {
  #bytes = 0;
  #atMs: number;

  constructor(beganMs: number) {
    this.#atMs = beganMs;
  }

  /**
   * Bytes per second since it was measured before, where `bytes` have come by now; undefined while the
   * time is not over.
   */
  measure(nowMs: number, bytes: number): number | undefined {
    const elapsedMs = nowMs - this.#atMs;
    if (elapsedMs < WINDOW_MS) return undefined;
    const speedBytes = (1000 * (bytes - this.#bytes)) / elapsedMs;
    this.#bytes = bytes;
    this.#atMs = nowMs;
    return speedBytes;
  }
}
