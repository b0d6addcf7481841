import { randomInt } from "node:crypto";
import { Worker } from "node:worker_threads";

import { DiskError } from "../core/disk-error.ts";
import { UsageError } from "../core/usage-error.ts";
import type { StoredAnswer } from "../middleware/answer-store.ts";
import type { Archive } from "../middleware/archive.ts";
import type { HashSeed } from "../middleware/question-hash.ts";
import { createAnswerPack } from "./answer-pack.ts";
import { DoneRows } from "./done-rows.ts";
import { smallInputDigest } from "./input-digest.ts";
import { JournalError, RunLocked } from "./journal-format.ts";
import { LateFilter } from "./late-filter.ts";
import { type Bodies, createSharedBodies } from "./shared-bodies.ts";
import type {
  JournalFault,
  JournalReply,
  JournalRequest,
  OpenedRun,
  Wanted,
} from "./journal-messages.ts";
import type { Group } from "./group.ts";

/** The journal of a run that this process works on, locked for it; its thread does the writing. */
export interface Journal {
  /** The run as it was when it was opened, or taken back from. */
  readonly run: OpenedRun;
  /** Rows that had their outcome, durable, when the run was opened. */
  readonly done: DoneRows;
  /**
   * Resolves when the group is on the disk, and its records are read no more.
   * @throws DiskError; after one nothing is written any more.
   */
  commit(group: Group, bodies?: Bodies): Promise<void>;
  /** Answers of questions asked before, for those who ask again; with its seed. */
  openArchive(): Promise<{ readonly archive: Archive; readonly seed: HashSeed }>;
  /** Resolves when it is durable that these rows may have been sent. @throws DiskError */
  intend(rows: readonly number[]): Promise<void>;
  /** Notes facts, as JSON by name. @throws DiskError */
  note(facts: Readonly<Record<string, string>>): Promise<void>;
  /** Copies what was read of an input that can be read only once; durable with the next commit. */
  keepInput(bytes: Uint8Array): Promise<void>;
  /** Makes `run` what it is by now. */
  refresh(): Promise<void>;
  /** Rows are owed again, whatever became of them before. @throws DiskError */
  takeBack(rows: readonly number[], facts: Readonly<Record<string, string>>): Promise<void>;
  /** Rows whose last outcome is a failure of these kinds; of any, where none is named. */
  failedRows(only: {
    readonly codes: readonly string[];
    readonly statuses: readonly number[];
  }): Promise<readonly number[]>;
  /** Rows in the order in which their records stand in the output. */
  sequence(): Promise<Float64Array>;
  /** Group commits so far. */
  groups(): Promise<number>;
  /** Notes how the run ended, unless its last group did; lets go of it and ends the thread. */
  end(reason: string, counters: string): Promise<void>;
}

/** The thread of a journal before it knows its run. */
export interface JournalThread {
  /**
   * Opens the run that is wanted and locks it for this process.
   * @throws RunLocked, JournalError, UsageError, DiskError
   */
  open(wanted: Wanted): Promise<Journal>;
  /** Whether there is a run of the same work below `base` whose input could be read only once. */
  wasReadBefore(base: string, work: string): Promise<boolean>;
  /** Ends the thread, whatever it did. */
  stop(): Promise<void>;
}

type Ask = (request: JournalRequest) => Promise<unknown>;

let warmed: JournalThread | undefined;

/** Starts a thread for whoever asks for one first: it comes up while the HTTP stack is loaded. */
export function warmJournalThread(): void {
  warmed ??= startThread();
}

/** The thread that was warmed, or a new one. */
export function startJournalThread(): JournalThread {
  const thread = warmed ?? startThread();
  warmed = undefined;
  return thread;
}

function startThread(): JournalThread {
  // Beside this file, or what `scripts/build.ts` made of it, for the library and the command line alike.
  const file = import.meta.url.endsWith(".ts")
    ? "./journal-thread.ts"
    : "../bin/journal-thread.cjs";
  const worker = new Worker(new URL(file, import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: 1 },
    name: "journal",
  });
  worker.unref();
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let asked = 0;
  let ended: Error | undefined;

  const endAll = (error: Error): void => {
    ended ??= error;
    for (const one of waiting.values()) one.reject(ended);
    waiting.clear();
  };
  worker.on("message", (reply: JournalReply) => {
    const one = waiting.get(reply.number);
    waiting.delete(reply.number);
    if (waiting.size === 0) worker.unref();
    if ("fault" in reply) one?.reject(errorOf(reply.fault));
    else one?.resolve(reply.value);
  });
  worker.on("error", endAll);
  worker.on("exit", () => endAll(new DiskError("the journal's thread has ended")));

  const ask: Ask = (request) => {
    if (ended !== undefined) return Promise.reject(ended);
    asked += 1;
    const one = Promise.withResolvers<unknown>();
    waiting.set(asked, one);
    worker.ref();
    worker.postMessage({ ...request, number: asked }, []);
    return one.promise;
  };

  return {
    async open(wanted) {
      const { input } = wanted;
      const digest = input.kind === "file" ? smallInputDigest(input.path) : undefined;
      const known = { digest, seed: [randomInt(2 ** 32), randomInt(2 ** 32)] } as const;
      const run = (await ask({ kind: "open", wanted, known, pid: process.pid })) as OpenedRun;
      return journalOf(run, ask);
    },
    async wasReadBefore(base, work) {
      return (await ask({ kind: "was read before", base, work })) as boolean;
    },
    async stop() {
      await worker.terminate();
    },
  };
}

function journalOf(opened: OpenedRun, ask: Ask): Journal {
  let run = opened;
  const pack = createAnswerPack();
  const kept = createSharedBodies();
  async function refresh(): Promise<void> {
    run = (await ask({ kind: "reread" })) as OpenedRun;
  }
  const done = new DoneRows();
  for (const [unit, bits] of run.units) done.load(unit, bits);
  return {
    get run() {
      return run;
    },
    done,
    async commit(group, bodies = []) {
      const answers = pack.take();
      const packed = kept.pack(bodies);
      await ask({ kind: "commit", group, answers, bodies: packed });
      pack.giveBack(answers);
      kept.giveBack(packed);
    },
    async openArchive() {
      const filter = new LateFilter();
      const seed = JSON.parse(run.facts.get("seed")!) as HashSeed;
      if (run.origin === "earlier") {
        for (const hashes of (await ask({ kind: "hashes" })) as readonly Int32Array[]) {
          for (let at = 0; at < hashes.length; at += 2) filter.add(hashes[at]!, hashes[at + 1]!);
        }
      }
      const archive: Archive = {
        ...(run.origin === "new" && { began: "empty" }),
        mayHave: (high, low) => filter.mayHave(high, low),
        async find(question, high, low) {
          return (await ask({ kind: "find", question, high, low })) as StoredAnswer | undefined;
        },
        keep(question, high, low, answer) {
          if (pack.add(question, high, low, answer)) filter.add(high, low);
        },
      };
      return { archive, seed };
    },
    async intend(rows) {
      await ask({ kind: "intend", rows });
    },
    async note(facts) {
      await ask({ kind: "note", facts });
    },
    async keepInput(bytes) {
      await ask({ kind: "input", bytes });
    },
    async takeBack(rows, facts) {
      await ask({ kind: "take back", rows, facts });
      for (const row of rows) done.remove(row);
      await refresh();
    },
    refresh,
    async failedRows(only) {
      return (await ask({ kind: "failed", ...only })) as readonly number[];
    },
    async sequence() {
      return (await ask({ kind: "sequence" })) as Float64Array;
    },
    async groups() {
      return (await ask({ kind: "groups" })) as number;
    },
    async end(reason, counters) {
      await ask({ kind: "end", reason, counters });
    },
  };
}

function errorOf({ kind, message, stack }: JournalFault): Error {
  if (kind === "locked") return new RunLocked(message);
  if (kind === "journal") return new JournalError(message);
  if (kind === "usage") return new UsageError(message);
  if (kind === "disk") return new DiskError(message);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
