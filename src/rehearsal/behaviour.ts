import type { Exchange } from "./exchange.ts";

/** What became of a request in one step: `on` to the next, `answered` with what the exchange holds, or `gone`. */
export type Turn = "on" | "answered" | "gone";

/** What a behaviour does to one request. */
export type Step = (exchange: Exchange) => Turn | Promise<Turn>;

/** Where in its path a behaviour stands. */
export interface Place {
  /** The path up to and with the behaviour and its parameters: the name of its counters. */
  readonly upTo: string;
  /** The path before it, without a slash at the end. */
  readonly before: string;
  /** The path after its parameters, with its first slash, or empty. */
  readonly after: string;
}

/** A word of the path and what it does. The index page and the server read the same table of these. */
export interface Behaviour {
  /** The segment that names it. */
  readonly name: string;
  /** Segments that follow it, for the index page; `…` takes all that are left. */
  readonly parameters: readonly string[];
  readonly doc: string;
  /** A path to try, for the index page. */
  readonly example: string;
  /** Whether it decides when what follows is done, changes how the next answer is sent, or answers. */
  readonly kind: "arrival" | "delivery" | "answer";
  /**
   * Reads the parameters (decoded) once for many requests.
   * @throws UsageError for one that cannot be read.
   */
  prepare(parameters: readonly string[], place: Place): Step;
}
