// The thread that alone writes the journal: its waits for the disk are nobody else's.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parentPort } from "node:worker_threads";

import { UsageError } from "../core/usage-error.ts";
import { type AnswerArchive, openAnswerArchive } from "./answer-archive.ts";
import { chooseRun, digestOf } from "./choose-run.ts";
import { copyInput, type InputCopy, openInputCopy, takeInput } from "./input-copy.ts";
import { describeRun } from "./describe-run.ts";
import { faultOf } from "./journal-fault.ts";
import { FINISHED } from "./journal-messages.ts";
import type { JournalFault, JournalReply, JournalRequest, OpenedRun } from "./journal-messages.ts";
import { JournalStore } from "./journal-store.ts";
import { noteKept, OutcomeRecords } from "./outcome-record.ts";
import { type KeptAnswers, openKeptAnswers } from "./kept-answers.ts";
import { failedRows, outputSequence } from "./log-questions.ts";
import { findRun } from "./run-directories.ts";
import { unpackBodies } from "./shared-bodies.ts";
import { lockedRun } from "./locked-run.ts";

let store: JournalStore | undefined;
let lock: Disposable | undefined;
let copy: InputCopy | undefined;
let archive: AnswerArchive | undefined;
let kept: KeptAnswers | undefined;
let hasEnded = false;
/** Losing answers to repeated questions costs a request and no row. */
const ANSWERS_SYNC_MS = 1_000;
let answersSyncedMs = 0;
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
  parentPort!.postMessage(reply, []);
  if (request.kind === "open") {
    openArchive();
    keepInput(request, reply);
  }
  if (request.kind === "end") parentPort!.close();
});

function answer(request: JournalRequest & { number?: number }): unknown {
  switch (request.kind) {
    case "open":
      return open(request);
    case "commit":
      return commit(request);
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

/** Copies the input of a new run, once whoever waits for the run has it. */
function keepInput({ wanted: { input } }: Open, reply: JournalReply): void {
  if (input.kind !== "file" || !("value" in reply)) return;
  const { origin, directory } = reply.value as OpenedRun;
  if (origin === "new") copyInput(input.path, directory);
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
function commit({ group, answers: packs, bodies }: Commit): void {
  copy?.sync();
  // A finished run asks nothing again: what it remembers may go.
  const isLast = group.ends === FINISHED;
  const keeps = packs.length > 0 && !isLast;
  const syncsAnswers = keeps && performance.now() - answersSyncedMs >= ANSWERS_SYNC_MS;
  if (keeps) for (const pack of packs) answers().append(pack);
  if (syncsAnswers) {
    answers().sync();
    answersSyncedMs = performance.now();
  }
  const hasBodies = bodies.places.length > 0;
  if (hasBodies) {
    kept ??= openKeptAnswers(store!.database, store!.directory);
    for (const [index, body] of unpackBodies(bodies))
      noteKept(group.records, index, kept.put(body));
    kept.sync();
  }
  const gone = isLast && hasAnswers() ? answers() : undefined;
  store!.commit(group, () => {
    if (syncsAnswers) answers().record();
    if (hasBodies) kept!.record();
    gone?.forget();
  });
  gone?.remove();
  if (gone !== undefined) archive = undefined;
  hasEnded = group.ends !== undefined;
}

type Commit = Extract<JournalRequest, { kind: "commit" }>;
type Open = Extract<JournalRequest, { kind: "open" }>;

function open({ wanted, known, pid }: Open): OpenedRun {
  const { input } = wanted;
  if (wanted.kind === "existing") {
    const digest = known.digest ?? digestOf(input);
    const run = read(wanted.directory, "earlier", pid);
    if (input.kind === "file" && run.identity.input !== digest) {
      throw new UsageError(
        `${input.path} is not what it was when the run began; its rows would not be the same`,
      );
    }
    if (input.kind === "grows") copy = openInputCopy(wanted.directory, "go on");
    return run;
  }
  const { directory, origin } = chooseRun(wanted, known, pid);
  const run = read(directory, origin, pid);
  if (input.kind === "was read") takeInput(input.path, directory);
  if (origin === "new" && input.kind === "read once") copy = openInputCopy(directory, "begin");
  if (input.kind === "grows") copy = openInputCopy(directory, "go on");
  return run;
}

function read(directory: string, origin: OpenedRun["origin"], pid: number): OpenedRun {
  // What is no journal, or a newer one, is left as it is; one that was just made is known.
  if (origin === "earlier") JournalStore.open(directory, "read")[Symbol.dispose]();
  lock = lockedRun(directory);
  store = JournalStore.open(directory, "write");
  if (origin === "new") store.takeUp();
  const found = describeRun(store, origin);
  if (origin === "earlier") store.begin(pid, Date.now());
  return found;
}
