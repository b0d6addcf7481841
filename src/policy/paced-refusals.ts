/** Tells refusals at a declared rate from those of a limit that nobody declared. */
export interface PacedRefusals {
  /** The declared rate holds somebody back at this time. */
  binds(nowMs: number): void;
  /** How one request ended: whether its refusal was about the declared rate. */
  observe(nowMs: number, kind: "accepted" | "refused"): "about the rate" | "about load";
}

/** The rate binds still, so long after it last held somebody back. */
const BINDING_MS = 1_000;
/** Refusals for each that is accepted at the rate … */
const SHARE = 0.02;
/** … that may be saved up; a start has some. */
const MOST = 50;
const FIRST = 10;

/**
 * Who declares the very rate that a server allows meets it now and then: requests leave evenly and arrive
 * in knots. That says nothing of what else the server takes. More than one in fifty is another limit.
 */
export function createPacedRefusals(): PacedRefusals {
  let boundMs = -Infinity;
  let saved = FIRST;
  return {
    binds(nowMs) {
      boundMs = nowMs;
    },
    observe(nowMs, kind) {
      if (nowMs - boundMs > BINDING_MS) return "about load";
      if (kind === "accepted") saved = Math.min(MOST, saved + SHARE);
      if (kind === "accepted" || saved < 1) return "about load";
      saved -= 1;
      return "about the rate";
    },
  };
}
