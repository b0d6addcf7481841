// The thread that alone writes the journal: its waits for the disk are nobody else's.
import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parentPort } from "node:worker_threads";

import { systemWords } from "../core/disk-error.ts";
import { UsageError } from "../core/usage-error.ts";
import { type AnswerArchive, openAnswerArchive } from "./answer-archive.ts";
import { continuesInput, type InputCopy, openInputCopy, takeInput } from "./input-copy.ts";
import { inputDigest } from "./input-digest.ts";
import { createJournal, removeDatabase } from "./create-journal.ts";
import { describeRun } from "./describe-run.ts";
import { faultOf } from "./journal-fault.ts";
import { JOURNAL_FILE } from "./journal-format.ts";
import { FINISHED } from "./journal-messages.ts";
import type {
  InputToKnow,
  JournalFault,
  JournalReply,
  JournalRequest,
  OpenedRun,
  Wanted,
} from "./journal-messages.ts";
import { JournalStore } from "./journal-store.ts";
import { noteKept, OutcomeRecords } from "./outcome-record.ts";
import { type KeptAnswers, openKeptAnswers } from "./kept-answers.ts";
import { failedRows, outputSequence } from "./log-questions.ts";
import { findRun, newRunDirectory, type RunIdentity } from "./run-directories.ts";
import { lockedRun } from "./locked-run.ts";

let store: JournalStore | undefined;
let lock: Disposable | undefined;
let copy: InputCopy | undefined;
let archive: AnswerArchive | undefined;
let kept: KeptAnswers | undefined;
let hasEnded = false;
/** After a write that failed nothing is written any more: what the disk holds is to be read anew. */
let broken: JournalFault | undefined;

parentPort!.on("message", ({ number, ...request }: JournalRequest & { number: number }) => {
  let reply: JournalReply;
  try {
    if (broken !== undefined && request.kind !== "end") reply = { number, fault: broken };
    else reply = { number, value: answer(request) };
  } catch (error) {
    const state = store === undefined ? "opening" : "open";
    const asked = request.kind === "open" ? request.wanted.directory : undefined;
    const fault = faultOf(error, { directory: store?.directory ?? asked, state });
    if (fault.kind === "disk" || fault.kind === "journal") broken = fault;
    reply = { number, fault };
  }
  parentPort!.postMessage(reply, buffersOf(request));
  if (request.kind === "open") openArchive();
  if (request.kind === "end") parentPort!.close();
});

/** The buffers of a group, which go back to be filled again. */
function buffersOf(request: JournalRequest): readonly ArrayBuffer[] {
  if (request.kind !== "commit") return [];
  const { group, answers: pack } = request;
  const all = [group.records.buffer, pack?.buffer];
  return all.filter((buffer) => buffer instanceof ArrayBuffer);
}

function answer(request: JournalRequest & { number?: number }): unknown {
  switch (request.kind) {
    case "open":
      return open(request.wanted, request.pid);
    case "commit":
      commit(request);
      return buffersOf(request);
    case "find":
      return answers().find(request.question, request.high, request.low);
    case "hashes":
      return [...answers().hashes()];
    case "intend":
      return store!.intend(request.rows);
    case "note":
      return store!.note(request.facts);
    case "input":
      return copy!.add(request.bytes);
    case "was read before":
      return wasReadBefore(request);
    case "failed":
      return failedRows(store!, request);
    case "sequence":
      return outputSequence(store!);
    case "groups":
      return store!.groupCount();
    case "reread":
      return describeRun(store!, "earlier");
    case "take back": {
      const records = new OutcomeRecords();
      const now = Date.now();
      for (const row of request.rows) records.addOwed(row, now);
      return store!.takeBack(new Set(request.rows), records.take(), request.facts);
    }
    case "end":
      try {
        if (broken === undefined && !hasEnded) {
          store?.end(request.reason, Date.now(), request.counters);
        }
        store?.[Symbol.dispose]();
      } finally {
        lock?.[Symbol.dispose]();
      }
  }
}

function wasReadBefore({
  base,
  work,
}: Extract<JournalRequest, { kind: "was read before" }>): boolean {
  return findRun(base, (other) => other.work === work && other.input === null) !== undefined;
}

/** Opens the archive while there are descriptors left, and others are at work. */
function openArchive(): void {
  try {
    if (store !== undefined) answers();
  } catch (error) {
    broken = faultOf(error, { directory: store?.directory, state: "open" });
  }
}

/** The archive, opened once. */
function answers(): AnswerArchive {
  archive ??= openAnswerArchive(store!.database, store!.directory);
  return archive;
}

function hasAnswers(): boolean {
  return archive !== undefined || existsSync(join(store!.directory, "answers.pack"));
}

/** Output first, then all that its records need to be true, then the records. */
function commit({ group, answers: pack, bodies }: Commit): void {
  copy?.sync();
  // A finished run asks nothing again: what it remembers may go.
  const isLast = group.ends === FINISHED;
  const keeps = pack !== undefined && !isLast;
  if (keeps) {
    answers().append(pack);
    answers().sync();
  }
  if (bodies.length > 0) {
    kept ??= openKeptAnswers(store!.database, store!.directory);
    for (const [index, body] of bodies) noteKept(group.records, index, kept.put(body));
    kept.sync();
  }
  const gone = isLast && hasAnswers() ? answers() : undefined;
  store!.commit(group, () => {
    if (keeps) answers().record();
    if (bodies.length > 0) kept!.record();
    gone?.forget();
  });
  gone?.remove();
  if (gone !== undefined) archive = undefined;
  hasEnded = group.ends !== undefined;
}

type Commit = Extract<JournalRequest, { kind: "commit" }>;

function open(wanted: Wanted, pid: number): OpenedRun {
  const input = wanted.input.kind === "file" ? digestOf(wanted.input.path) : null;
  if (wanted.kind === "existing") {
    const run = read(wanted.directory, "earlier", pid);
    if (wanted.input.kind === "file" && run.identity.input !== input) {
      throw new UsageError(
        `${wanted.input.path} is not what it was when the run began; its rows would not be the same`,
      );
    }
    return run;
  }
  const { base, work, earlier, job } = wanted;
  const identity: RunIdentity = { work, input };
  const isSame = (other: RunIdentity, directory: string): boolean =>
    other.work === work && other.input === input && isSameInput(wanted.input, directory);
  const found = earlier === "ignore" ? undefined : findEarlier(wanted, isSame);
  if (found !== undefined) {
    const run = read(found, "earlier", pid);
    if (wanted.input.kind === "was read") takeInput(wanted.input.path, found);
    return run;
  }
  if (earlier === "ignore") refuseRunning(wanted);
  if (wanted.refusal !== undefined) throw new UsageError(wanted.refusal);
  const directory = wanted.directory ?? newRunDirectory(base, wanted.name, new Date());
  if (existsSync(join(directory, JOURNAL_FILE))) removeRun(directory);
  const order = JSON.stringify(wanted.order);
  const wasRead = wanted.input.kind === "was read" ? { input: '"read"' } : {};
  const seed = JSON.stringify([randomInt(2 ** 32), randomInt(2 ** 32)]);
  const facts = { identity: JSON.stringify(identity), job, order, seed, ...wasRead };
  createJournal(directory, facts);
  if (wanted.input.kind === "was read") takeInput(wanted.input.path, directory);
  const run = read(directory, "new", pid);
  if (wanted.input.kind === "read once") copy = openInputCopy(directory);
  return run;
}

/** @throws UsageError for an input that cannot be read. */
function digestOf(path: string): string {
  try {
    return inputDigest(path);
  } catch (error) {
    const words = systemWords(error as NodeJS.ErrnoException);
    throw new UsageError(`${path} cannot be read: ${words}`, { cause: error });
  }
}

/** Whether what was read is what the run has, or goes on from it. */
function isSameInput(input: InputToKnow, directory: string): boolean {
  if (input.kind === "read once") return false;
  return input.kind !== "was read" || continuesInput(directory, input.path);
}

/** The run of the same work in the directory that was named, or the latest below the base. */
function findEarlier(
  { directory, base }: Extract<Wanted, { kind: "same or new" }>,
  isSame: (identity: RunIdentity, directory: string) => boolean,
): string | undefined {
  if (directory === undefined) return findRun(base, isSame);
  if (!existsSync(join(directory, JOURNAL_FILE))) return undefined;
  using journal = JournalStore.open(directory, "read");
  const identity = journal.fact<RunIdentity>("identity");
  if (identity !== undefined && isSame(identity, directory)) return directory;
  const title = journal.fact<{ title?: string }>("job")?.title ?? "other work";
  throw new UsageError(`${directory} holds another run (${title}); --force replaces it`);
}

/** Whoever begins anew must not write where another process is writing. @throws RunLocked */
function refuseRunning({ base, work }: { readonly base: string; readonly work: string }): void {
  const running = findRun(base, (identity) => identity.work === work);
  if (running !== undefined) lockedRun(running)[Symbol.dispose]();
}

/** Makes room for a new run, unless somebody works on the one that is there. */
function removeRun(directory: string): void {
  using _lock = lockedRun(directory);
  removeDatabase(join(directory, JOURNAL_FILE));
}

function read(directory: string, origin: OpenedRun["origin"], pid: number): OpenedRun {
  JournalStore.open(directory, "read")[Symbol.dispose]();
  lock = lockedRun(directory);
  store = JournalStore.open(directory, "write");
  const found = describeRun(store, origin);
  store.begin(pid, Date.now());
  return found;
}
