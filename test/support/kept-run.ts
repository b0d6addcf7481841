import { createCall } from "../../src/core/call.ts";
import { Failure, type FailureCode } from "../../src/core/failure.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import { createRequest } from "../../src/core/request.ts";
import { HttpResponse } from "../../src/core/response.ts";
import { createJournal } from "../../src/queue/create-journal.ts";
import { JournalStore } from "../../src/queue/journal-store.ts";
import { outcomeDetail } from "../../src/queue/outcome-detail.ts";
import { noteKept, OutcomeRecords } from "../../src/queue/outcome-record.ts";

/** What became of a row. */
export interface Settled {
  readonly row: number;
  /** @default "answered" */
  readonly kind?: "answered" | "failed";
  /** @default "E_RESET" for what failed */
  readonly code?: FailureCode;
  /** @default 200 for answers, none for failures */
  readonly status?: number;
  readonly message?: string;
  readonly url?: string;
  readonly redirects?: readonly string[];
  readonly body?: string;
  readonly attempts?: number;
  readonly duplicate?: boolean;
  readonly queuedMs?: number;
  readonly heldMs?: number;
  readonly totalMs?: number;
  /** CRC-32 of the body. @default 0 */
  readonly checksum?: number;
  /** Number of the kept body. */
  readonly kept?: number;
}

/** A run on disk that a test writes as the journal's thread would. */
export interface KeptRun extends Disposable {
  /** Open to be written. */
  readonly store: JournalStore;
  /** The run as another process reads it now. */
  read(): JournalStore;
  /** One group commit. */
  settle(rows: readonly Settled[]): void;
  takeBack(rows: readonly number[]): void;
  end(reason: string): void;
}

/** When sessions of these runs begin, since the epoch: 21 November 2026, 03:14 UTC. */
export const BEGAN_MS = Date.UTC(2026, 10, 21, 3, 14);

const NOTHING = { details: [], hosts: [], facts: {}, held: [], passed: 0, counters: "{}" };

/** Makes a run in `directory`; its facts are given as values. */
export function keptRun(
  directory: string,
  facts: Readonly<Record<string, unknown>> = { job: JOB },
): KeptRun {
  const identity = { work: "work of a test", input: null };
  const noted = Object.entries({ identity, ...facts }).map(
    ([name, value]) => [name, JSON.stringify(value)] as const,
  );
  createJournal(directory, Object.fromEntries(noted), { pid: 4711, beganMs: BEGAN_MS });
  const store = JournalStore.open(directory, "write");
  store.takeUp();
  const hosts: string[] = [];
  let groups = 0;
  return {
    store,
    read: () => JournalStore.open(directory, "read"),
    settle(rows) {
      groups += 1;
      const records = new OutcomeRecords();
      const details: [number, string][] = [];
      const known = hosts.length;
      for (const one of rows) {
        const outcome = outcomeOf(one);
        const { origin } = outcome.request;
        if (!hosts.includes(origin)) hosts.push(origin);
        const atMs = BEGAN_MS + groups * 1000;
        records.add(outcome, {
          row: one.row,
          host: hosts.indexOf(origin),
          atMs,
          checksum: one.checksum ?? 0,
        });
        const detail = outcomeDetail(outcome);
        if (detail !== undefined) details.push([one.row, detail]);
      }
      const bytes = records.take();
      for (const [index, { kept }] of rows.entries()) {
        if (kept !== undefined) noteKept(bytes, index, kept);
      }
      // A row that is settled twice is counted twice: only the log is to tell of it.
      store.commit({ ...NOTHING, records: bytes, details, hosts: hosts.slice(known) });
    },
    takeBack(rows) {
      const owed = new OutcomeRecords();
      for (const row of rows) owed.addOwed(row, BEGAN_MS);
      store.takeBack(new Set(rows), owed.take(), {});
    },
    end: (reason) => store.end(reason, BEGAN_MS + 60_000, COUNTERS),
    [Symbol.dispose]: () => store[Symbol.dispose](),
  };
}

/** The job of `fanfetch get http://a.example/x`, kept on disk. */
export const JOB = {
  command: "get",
  positionals: ["http://a.example/x"],
  values: [],
  cwd: process.cwd(),
  title: "1 URL",
  withheld: [],
};

const COUNTERS = JSON.stringify({ requests: 9, retries: 1, maxInFlight: 3, wallMs: 60_000 });

function outcomeOf(one: Settled): Outcome {
  const { kind = "answered", url = `http://a.example/${one.row}` } = one;
  const request = createRequest({ url });
  const call = Object.assign(createCall(), {
    attempts: one.attempts ?? 1,
    requests: one.attempts ?? 1,
    queuedMs: one.queuedMs ?? 0,
    heldMs: one.heldMs ?? 0,
    duplicate: one.duplicate ?? false,
  });
  const status = one.status ?? (kind === "answered" ? 200 : undefined);
  const response = status === undefined ? undefined : responseOf(one, url, status);
  if (kind === "answered") return { kind, request, call, response: response! };
  const { code = "E_RESET", message = "the connection was reset" } = one;
  const failure = new Failure(code, message, { request, response, elapsedMs: one.totalMs ?? 10 });
  return { kind, request, call, failure };
}

function responseOf(one: Settled, url: string, status: number): HttpResponse {
  const totalMs = one.totalMs ?? 50;
  const phases = { dnsMs: 2, connectMs: 3, tlsMs: 5, firstByteMs: 20, totalMs, reused: false };
  return new HttpResponse({
    url,
    status,
    headers: {},
    body: Buffer.from(one.body ?? "{}"),
    wireBytes: 2,
    timing: phases,
    protocol: "http/1.1",
    redirects: one.redirects ?? [],
  });
}
