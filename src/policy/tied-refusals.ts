/** Tells refusals that belong to their requests from those that are about how much is asked. */
export interface TiedRefusals {
  /** An answer to a request that was sent `attempts` times: whether it was refused as every new one is. */
  observe(attempts: number, kind: "accepted" | "refused"): "tied" | "about load";
  /** Whether new requests are refused whatever the load, at the moment. */
  readonly isOn: boolean;
}

/** So many new requests refused in a row, and so many repeated ones accepted in a row, are no chance. */
const IN_A_ROW = 6;

/**
 * A server that refuses each request once and accepts its repetition (a cache that is filled, a job that
 * is begun, a test) does not limit: going slower would change nothing. A server that limits cannot tell
 * a new request from a repeated one, so that either kind is accepted and refused. On while the last six
 * new ones were refused and the last six repeated ones accepted, without an exception.
 */
export function createTiedRefusals(): TiedRefusals {
  let newRefused = 0;
  let repeatedAccepted = 0;
  return {
    get isOn() {
      return newRefused >= IN_A_ROW && repeatedAccepted >= IN_A_ROW;
    },
    observe(attempts, kind) {
      if (attempts <= 1) newRefused = kind === "refused" ? newRefused + 1 : 0;
      else repeatedAccepted = kind === "accepted" ? repeatedAccepted + 1 : 0;
      return kind === "refused" && this.isOn ? "tied" : "about load";
    },
  };
}
