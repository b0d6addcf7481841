import { crc32 } from "node:zlib";

import type { Outcome } from "../core/outcome.ts";
import { hostOf } from "../core/request.ts";
import { createHorizon } from "./horizon.ts";
import { createHostNumbers } from "./host-numbers.ts";
import type { Journal } from "./journal.ts";
import { OutcomeRecords } from "./outcome-record.ts";
import { type Keeps, outcomeDetail } from "./outcome-detail.ts";
import type { Queue, Task } from "./queue.ts";

/** What the output has made durable by now; a sink's mark. */
export interface Written {
  /** Rows whose records the output has since the last time, in the order in which they stand there. */
  readonly rows: readonly number[];
  /** Where the output stands. */
  readonly standing: unknown;
  /** Rows, and what the journal is to keep of their records, that wait for their turn. */
  readonly held: readonly { readonly row: number; readonly text: string }[];
}

/** What the durable queue works with. */
export interface DurableQueueOptions {
  readonly journal: Journal;
  /** Makes the output durable and tells what it holds. */
  readonly commitOutput: () => Promise<Written>;
  /** What this session counted so far, as JSON. */
  readonly counters: () => string;
  /** What of a row's answer goes into the journal's store. @default nothing */
  readonly keeps?: ((task: Task, outcome: Outcome) => Keeps) | undefined;
  /** Rows leased beyond the oldest one owed. @default unbounded */
  readonly horizon?: number;
  /** Whether tasks that came to an end were all there are. @default always */
  readonly isWhole?: (() => boolean) | undefined;
}

/** A queue over a journal. */
export interface DurableQueue extends Queue {
  /**
   * Ends the output with `closeOutput` and makes durable what was settled, and how the session ends.
   * @throws DiskError
   */
  close(closeOutput: () => Promise<Written>, reason: string): Promise<void>;
}

/** A group is committed when it has so many outcomes … */
const GROUP_RECORDS = 1_000;
/** … or when its first one has waited so long. */
const GROUP_MS = 50;
/** Outcomes that may wait for the disk before the loop waits too. */
const MOST_PENDING = 2_500;
/** Records that once had to wait long need much room; it is not kept. */
const MOST_SPARE_BYTES = 1_048_576;

/**
 * Leases the rows that have no durable outcome, and makes outcomes durable in groups: first the output,
 * then the journal. Nothing counts as done before its commit has returned.
 */
export function createDurableQueue(
  tasks: AsyncIterable<readonly Task[]>,
  options: DurableQueueOptions,
): DurableQueue {
  const { journal, commitOutput, counters, keeps = () => "nothing" } = options;
  const ahead = createHorizon(options.horizon ?? Number.POSITIVE_INFINITY);
  const { done } = journal;
  const hosts = createHostNumbers(journal.run.hosts);
  /** Outcomes whose records the output may not have yet, in the order in which they came. */
  let pending = new OutcomeRecords();
  /** Memory of records that were committed. */
  let spare: SharedArrayBuffer | undefined;
  const details = new Map<number, string>();
  const bodies = new Map<number, Uint8Array>();
  let timer: NodeJS.Timeout | undefined;
  let committing: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;
  let total: number | undefined;
  let lastCutMs = 0;
  let state: "open" | "closing" = "open";

  /** Refused answers too: another expression may read them. */
  function keep(row: number, outcome: Outcome): void {
    const answer = outcome.kind === "answered" ? outcome.response : outcome.failure.response;
    if (answer?.body instanceof Uint8Array) bodies.set(row, answer.body);
  }

  /** The outcomes of these rows, in their order; the others go on waiting. */
  function takePending(rows: readonly number[]): OutcomeRecords {
    if (startsWith(pending, rows)) {
      const first = pending;
      pending = new OutcomeRecords(spare);
      spare = undefined;
      // Those who came while the output was synced.
      first.moveRest(rows.length, pending);
      return first;
    }
    const places = new Map<number, number>();
    for (let index = 0; index < pending.count; index += 1) places.set(pending.rowOf(index), index);
    const [taken, rest] = [new OutcomeRecords(), new OutcomeRecords()];
    for (const row of rows) {
      const index = places.get(row);
      // Rows that were held back have had their outcome committed before their turn came.
      if (index === undefined) continue;
      taken.copy(pending, index);
      places.delete(row);
    }
    for (const index of places.values()) rest.copy(pending, index);
    pending = rest;
    return taken;
  }

  async function commitGroup(output: () => Promise<Written>, ends?: string): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    lastCutMs = performance.now();
    const written = await output();
    const held = written.held.map(({ row }) => row);
    // A save may take longer than a group: until then there is nothing to commit.
    if (written.rows.length === 0 && held.length === 0 && ends === undefined) return;
    const records = takePending(held.length === 0 ? written.rows : [...written.rows, ...held]);
    const hostsNow = hosts.takeNew();
    const facts: Record<string, string> = {};
    if (written.standing !== undefined) facts["standing"] = JSON.stringify(written.standing);
    const passed = written.rows.at(-1) ?? 0;
    if (passed > 0) facts["passed"] = String(passed);
    if (total !== undefined) facts["total"] = String(total);
    const detailsNow: [number, string][] = [];
    const bodiesNow: [number, Uint8Array][] = [];
    const hasMore = details.size > 0 || bodies.size > 0;
    for (let index = 0; hasMore && index < records.count; index += 1) {
      const row = records.rowOf(index);
      const text = details.get(row);
      if (text !== undefined) detailsNow.push([row, text]);
      details.delete(row);
      const body = bodies.get(row);
      if (body !== undefined) bodiesNow.push([index, body]);
      bodies.delete(row);
    }
    const group = {
      records: records.take(),
      details: detailsNow,
      hosts: hostsNow,
      facts,
      held: written.held.map(({ row, text }) => [row, text] as const),
      passed,
      counters: counters(),
      ends,
    };
    await journal.commit(group, bodiesNow);
    spare = group.records.buffer.byteLength > MOST_SPARE_BYTES ? undefined : group.records.buffer;
  }

  /** One group after the other, as long as there is enough for one. */
  async function commitGroups(): Promise<void> {
    try {
      do await commitGroup(commitOutput);
      while (pending.count >= GROUP_RECORDS);
    } catch (error) {
      failure ??= { error };
      throw failure.error;
    } finally {
      committing = undefined;
      // Those who came meanwhile have waited since the last cut at most.
      if (failure === undefined && pending.count > 0)
        schedule(lastCutMs + GROUP_MS - performance.now());
    }
  }

  function startCommit(): Promise<void> {
    committing ??= commitGroups();
    return committing;
  }

  function schedule(delayMs = GROUP_MS): void {
    if (state === "closing") return;
    timer ??= setTimeout(
      () => {
        timer = undefined;
        // Whoever settles next hears of a failure.
        startCommit().catch(() => {});
      },
      Math.max(0, delayMs),
    );
  }

  return {
    async *lease() {
      let last = 0;
      for await (const batch of tasks) {
        last = batch.at(-1)?.row.number ?? last;
        // A new run has nothing that is done; nobody is leased twice in one process.
        const owed = done.count === 0 ? batch : batch.filter(({ row }) => !done.has(row.number));
        if (owed.length < batch.length) {
          for (const { row } of batch) if (done.has(row.number)) ahead.settled(row.number);
        }
        if (owed.length === 0) continue;
        await ahead.reach(last);
        yield owed;
      }
      if (options.isWhole?.() !== false) total = last;
    },
    settle(task, outcome) {
      if (failure !== undefined) throw failure.error;
      const row = task.row.number;
      pending.add(outcome, {
        row,
        host: hosts.numberOf(hostOf(outcome.request)),
        atMs: Date.now(),
        checksum: checksumOf(outcome),
      });
      const kept = keeps(task, outcome);
      const detail = outcomeDetail(outcome, kept);
      if (detail !== undefined) details.set(row, detail);
      if (kept === "answers") keep(row, outcome);
      ahead.settled(row);
      if (pending.count >= GROUP_RECORDS) {
        const started = startCommit();
        if (pending.count >= MOST_PENDING) return started;
        started.catch(() => {});
      } else if (timer === undefined && committing === undefined) schedule();
    },
    async close(closeOutput, reason) {
      state = "closing";
      clearTimeout(timer);
      while (committing !== undefined) await committing.catch(() => {});
      if (failure !== undefined) throw failure.error;
      await commitGroup(closeOutput, reason);
    },
  };
}

/**
 * Whether the first records are those of these rows, in their order. A function of its own: V8 optimises a loop with
 * all that stands around it.
 */
function startsWith(records: OutcomeRecords, rows: readonly number[]): boolean {
  if (records.count < rows.length) return false;
  for (let index = 0; index < rows.length; index += 1) {
    if (records.rowOf(index) !== rows[index]) return false;
  }
  return true;
}

/** Of the body of an answer; 0 where there is none. */
function checksumOf(outcome: Outcome): number {
  if (outcome.kind !== "answered") return 0;
  const { body } = outcome.response;
  return body instanceof Uint8Array ? crc32(body) : (body.checksum ?? 0);
}
