import type { Rate } from "../formats/quantity.ts";
import type { Faults } from "./faults.ts";
import type { LimitModel } from "./limit-model.ts";
import type { SeenRequest } from "./seen-request.ts";

/** One line of the list that a rehearsal ends in. */
export interface Check {
  /** What was to hold. */
  readonly name: string;
  readonly result: "passed" | "failed" | "not judged";
  /** What the server saw, in words. */
  readonly evidence: string;
}

/** What the client had said that it would keep. */
export interface Declared {
  /** Requests in flight to one host; undefined where nothing was declared. */
  readonly perHost: number | undefined;
  readonly concurrency: number | undefined;
  readonly rates: readonly Rate[];
  /** Longest Retry-After that is obeyed, in milliseconds. */
  readonly maxRetryAfterMs: number;
  readonly userAgent: "sent" | "left out";
  /** Whether answers may be asked for again for what they say. */
  /** Times that a request which failed is sent again. */
  readonly retries: number;
  readonly answersAskedAgain: "never" | "by a rule";
  readonly accept: (status: number) => boolean;
}

/** One departure as its client noted it, on the server's clock. */
export interface Departure {
  readonly question: string;
  readonly sentMs: number;
  /** When the answer, or its failure, was known. */
  landedMs: number | undefined;
}

/** What the client says of itself at the end. Questions are as `questionOf` writes them. */
export interface ClientAccount {
  readonly inputs: number | undefined;
  readonly answered: number;
  readonly failed: number;
  readonly skipped: number;
  /** Those answered from an equal question. */
  readonly duplicates: number;
  /** Questions of the inputs that failed, and how many inputs each. */
  readonly failures: ReadonlyMap<string, number>;
  /** How many outcomes, not answered from an equal one, there are of a question. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Hosts that were asked over both http and https, which a server without TLS cannot tell apart. */
  readonly mixedHosts: number;
  /** In the order in which they left. */
  readonly departures: readonly Departure[];
}

/** Everything that a rehearsal is judged by. */
export interface Evidence {
  /** Whether all was seen to its end; a run that was stopped owes some inputs. */
  readonly ending: "finished" | "stopped";
  /** In the order of their arrival. */
  readonly seen: readonly SeenRequest[];
  readonly client: ClientAccount;
  readonly declared: Declared;
  /** The model's text; undefined where nothing was limited. */
  readonly model: string | undefined;
  readonly limitOf: (host: string) => LimitModel | undefined;
  /** What the faults left: the share of the time without bursts, and whether they held places. */
  readonly faults: Pick<Faults, "openShare" | "places">;
  /** Rows that share a request at most. @default 1 */
  readonly rowsAtOnce?: number;
  /** What an answer takes on average. */
  readonly serviceMs: number;
}

/** Whether its client was given a whole answer that it accepts. */
export function isAnswered(seen: SeenRequest, { accept }: Declared): boolean {
  return seen.status !== undefined && accept(seen.status);
}

/** The requests of each host. */
export function byHost(seen: readonly SeenRequest[]): ReadonlyMap<string, readonly SeenRequest[]> {
  return Map.groupBy(seen, ({ host }) => host);
}
