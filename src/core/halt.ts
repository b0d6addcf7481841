/** Why a run stops itself before its inputs end, resumable. Hosts are origins, times the wall clock's. */
export type HaltCause =
  /** A quota is used up, declared or the server's own, and is there again at `untilWallMs`. */
  | { readonly reason: "quota"; readonly host: string; readonly untilWallMs: number }
  /** Everything was refused for so long, and nobody said for how much longer. */
  | {
      readonly reason: "quota";
      readonly host: string;
      readonly untilWallMs?: undefined;
      readonly refusedForMs: number;
    }
  /** Nothing that was there answers any more. */
  | {
      readonly reason: "network";
      readonly host: string;
      readonly forMs: number;
      readonly last: string;
    }
  /** So many answers in a row refuse who asks. */
  | {
      readonly reason: "refused";
      readonly host: string;
      readonly status: number;
      readonly times: number;
    }
  /** An answer met a rule of the user's that says stop. */
  | { readonly reason: "rule"; readonly host: string; readonly text: string };

/** Stops a run from within: nothing new leaves, what waits to leave is still owed, what is out lands. */
export interface Halt {
  /** Aborted once the run is to stop, or ends by itself. */
  readonly signal: AbortSignal;
  /** The first cause given. */
  readonly cause: HaltCause | undefined;
  halt(cause: HaltCause): void;
  /** The run is ending anyway: nobody waits any longer. */
  end(): void;
}

/** A way to stop one run from within. */
export function createHalt(): Halt {
  const controller = new AbortController();
  let first: HaltCause | undefined;
  return {
    signal: controller.signal,
    get cause() {
      return first;
    },
    halt(cause) {
      if (first !== undefined) return;
      first = cause;
      controller.abort();
    },
    end: () => controller.abort(),
  };
}
