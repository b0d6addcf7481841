/** Tells refusals that belong to their requests from those that are about how much is asked. */
export interface TiedRefusals {
  /** An answer to a request that was sent `attempts` times: whether it was refused as every new one is. */
  observe(attempts: number, kind: "accepted" | "refused"): "tied" | "about load";
  /** Whether new requests are refused whatever the load, at the moment. */
  readonly isOn: boolean;
}

/** So many new requests refused, each after a repeated one was accepted, are no chance. */
const TURNS = 3;

/**
 * A server that refuses each request once and accepts its repetition (a cache that is filled, a job that
 * is begun, a test) does not limit: going slower would change nothing. A server that limits cannot tell
 * a new request from a repeated one, so that either kind is accepted and refused. On while the two came
 * in turns three times, new ones always refused and repeated ones always accepted.
 */
export function createTiedRefusals(): TiedRefusals {
  let turns = 0;
  let repeated: "accepted" | "none yet" = "none yet";
  return {
    get isOn() {
      return turns >= TURNS;
    },
    observe(attempts, kind) {
      if (attempts > 1) {
        if (kind === "refused") turns = 0;
        repeated = kind === "accepted" ? "accepted" : "none yet";
      } else if (kind === "accepted") {
        turns = 0;
      } else if (repeated === "accepted") {
        turns += 1;
        repeated = "none yet";
      }
      return kind === "refused" && turns >= TURNS ? "tied" : "about load";
    },
  };
}
