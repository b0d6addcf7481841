import type { HashSeed } from "../middleware/question-hash.ts";
import type { Group } from "./group.ts";
import type { RunIdentity } from "./run-directories.ts";
import type { PackedBodies } from "./shared-bodies.ts";
import type { TallyEntry } from "./run-tally.ts";

/** How a session ends in which nothing stays owed. */
export const FINISHED = "finished";

/** How an input is known again. */
export type InputToKnow =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "in the work" }
  /** A list in the run itself, which grows as the run goes on. */
  | { readonly kind: "grows" }
  /** Standard input, which is copied as it is read. */
  | { readonly kind: "read once" }
  /** Standard input that was read to its end into a file, because there was such a run before. */
  | { readonly kind: "was read"; readonly path: string };

/** Which run is wanted. */
export type Wanted =
  /** The run that exists, in its directory. */
  | { readonly kind: "existing"; readonly directory: string; readonly input: InputToKnow }
  /** The latest run of the same work below `base`, or in `directory`; a new one where there is none. */
  | {
      readonly kind: "same or new";
      readonly base: string;
      readonly directory: string | undefined;
      /** For the name of a new one. */
      readonly name: string;
      readonly work: string;
      /** The input: a file, for its digest; part of the work; or one that can be read only once. */
      readonly input: InputToKnow;
      readonly job: string;
      /** In which order records are written. */
      readonly order: "input" | "arrival";
      readonly earlier: "go on" | "ignore";
      /** What an earlier run that is finished is to this one. @default the run to go on with */
      readonly finished?: "go on" | "begin beside" | undefined;
      /** Why there can be no new one. */
      readonly refusal: string | undefined;
    };

/** What the asking thread knows already. */
export interface KnownAhead {
  /** Of the input, where that is a small file. */
  readonly digest: string | undefined;
  /** Of the hashes of questions, for a new run. */
  readonly seed: HashSeed;
}

/** What the thread is asked. */
export type JournalRequest =
  | {
      readonly kind: "open";
      readonly wanted: Wanted;
      readonly known: KnownAhead;
      readonly pid: number;
    }
  | {
      readonly kind: "commit";
      readonly group: Group;
      /** Answers for the archive, packed. */
      readonly answers: readonly Uint8Array[];
      /** Bodies to keep. */
      readonly bodies: PackedBodies;
    }
  /** The answer to a question that was asked before. */
  | {
      readonly kind: "find";
      readonly question: string;
      readonly high: number;
      readonly low: number;
    }
  /** Hashes of all questions in the archive. */
  | { readonly kind: "hashes" }
  | { readonly kind: "intend"; readonly rows: readonly number[] }
  | { readonly kind: "note"; readonly facts: Readonly<Record<string, string>> }
  /** Bytes of an input that can be read only once. */
  | { readonly kind: "input"; readonly bytes: Uint8Array }
  /** Whether there is a run of the same work whose input could be read only once. */
  | { readonly kind: "was read before"; readonly base: string; readonly work: string }
  /** Rows whose last outcome is a failure of one of these. */
  | {
      readonly kind: "failed";
      readonly codes: readonly string[];
      readonly statuses: readonly number[];
    }
  /** Rows in the order in which their records stand in the output. */
  | { readonly kind: "sequence" }
  | { readonly kind: "groups" }
  /** The run as it is now. */
  | { readonly kind: "reread" }
  | {
      readonly kind: "take back";
      readonly rows: readonly number[];
      readonly facts: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "end";
      readonly reason: string;
      readonly counters: string;
    };

/** A process that worked on the run before. */
export interface EarlierSession {
  readonly pid: number;
  readonly beganMs: number;
  /** Null where it ended without a word. */
  readonly endedMs: number | null;
  readonly reason: string | null;
  /** What it counted, as JSON. */
  readonly counters: string | null;
}

/** A run as it was found or made. */
export interface OpenedRun {
  readonly directory: string;
  readonly origin: "new" | "earlier";
  readonly identity: RunIdentity;
  readonly facts: ReadonlyMap<string, string>;
  readonly units: readonly (readonly [number, Uint8Array])[];
  readonly hosts: readonly string[];
  readonly held: readonly (readonly [number, string])[];
  readonly intents: readonly number[];
  readonly sessions: readonly EarlierSession[];
  /** Counts of what is done; latencies as their steps. */
  readonly tally: readonly (Omit<TallyEntry, "latency"> & { readonly steps: readonly number[] })[];
}

/** Why the thread could not do what it was asked. */
export interface JournalFault {
  readonly kind: "locked" | "journal" | "disk" | "usage" | "bug";
  readonly message: string;
  readonly stack?: string | undefined;
}

/** What the thread answers. */
export type JournalReply =
  | { readonly number: number; readonly value: unknown }
  | { readonly number: number; readonly fault: JournalFault };
