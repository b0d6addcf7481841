import { hostOf, type HttpRequest } from "../core/request.ts";
import { type HashSeed, QuestionHash } from "../middleware/question-hash.ts";
import { DistinctCounter, MOST_GROUPS } from "../policy/distinct-counter.ts";
import type { DoneRows } from "../queue/done-rows.ts";
import type { Task } from "../queue/queue.ts";
import { createSpacedSample } from "./spaced-sample.ts";

/** How an input is looked through. */
export interface SurveyOptions {
  readonly duplicates: "asked once" | "each asked";
  /** Rows of an earlier process of the run that have their outcome. @default none */
  readonly done?: Pick<DoneRows, "has"> | undefined;
  /** Requests to keep from its beginning. */
  readonly first: number;
  /** Requests to keep that are spread over it. */
  readonly spread: number;
  readonly seed: HashSeed;
  /** Hears how many rows were read, now and then. */
  readonly onRows?: (rows: number) => void;
}

/** What one host would be asked. */
export interface SurveyedHost {
  /** Scheme, name and port; empty for those beyond the hosts that are told apart. */
  readonly origin: string;
  readonly requests: number;
  /** Those of them that have no answer yet. */
  readonly owed: number;
}

/** What an input asks for, in all. */
export interface Survey {
  readonly rows: number;
  /** Rows that have their outcome already. */
  readonly done: number;
  /** Requests of all rows, equal questions counted as they are asked. */
  readonly requests: number;
  readonly owed: number;
  readonly precision: "exact" | "about";
  /** Those asked most come first. */
  readonly hosts: readonly SurveyedHost[];
  /** Rows that give no request that could be sent, and why the first of them does not. */
  readonly refused: { readonly rows: number; readonly why: string | undefined };
  /** Requests still owed: the first ones, and some that are spread over the input. */
  readonly first: readonly HttpRequest[];
  readonly spread: readonly HttpRequest[];
}

/** Reads an input to its end and counts what it asks for, in memory that does not grow with it. */
export async function survey(
  batches: AsyncIterable<readonly Task[]>,
  options: SurveyOptions,
): Promise<Survey> {
  const { duplicates, done, onRows } = options;
  const question = createQuestions(options.seed);
  const hosts = createHosts();
  const asked = new DistinctCounter();
  const answered = new DistinctCounter();
  const first: HttpRequest[] = [];
  const spread = createSpacedSample<HttpRequest>(options.spread);
  const refused = { rows: 0, why: undefined as string | undefined };
  let rows = 0;
  let doneRows = 0;

  /** Counts one request; whether it would be sent now, as far as is known. */
  function isNew(request: HttpRequest, isDone: boolean): boolean {
    const host = hosts.numberOf(hostOf(request));
    hosts.note(host, isDone);
    if (duplicates === "each asked") return !isDone;
    question.take(request);
    if (isDone) answered.add(question.high, question.low, host);
    return asked.add(question.high, question.low, host) && !isDone;
  }

  for await (const batch of batches) {
    for (const { row, request } of batch) {
      rows += 1;
      const isDone = done?.has(row.number) === true;
      if (isDone) doneRows += 1;
      if (request.refusal !== undefined) {
        refused.rows += 1;
        refused.why ??= request.refusal;
      } else if (isNew(request, isDone)) {
        if (first.length < options.first) first.push(request);
        spread.offer(request);
      }
    }
    onRows?.(rows);
  }

  const told = hosts.all().map(({ origin, number, rows: all, done: settled }) => {
    if (duplicates === "each asked") return { origin, requests: all, owed: all - settled };
    const requests = asked.count(number);
    return { origin, requests, owed: Math.max(0, requests - answered.count(number)) };
  });
  return {
    rows,
    done: doneRows,
    requests: sum(told.map(({ requests }) => requests)),
    owed: sum(told.map(({ owed }) => owed)),
    precision: duplicates === "each asked" ? "exact" : asked.precision,
    hosts: told.toSorted((one, other) => other.owed - one.owed || other.requests - one.requests),
    refused,
    first,
    spread: spread.taken(),
  };
}

/** Hashes of questions as `once` tells them apart: by method, URL, header fields and body. */
function createQuestions(seed: HashSeed) {
  const hash = new QuestionHash(seed);
  let common: Pick<HttpRequest, "headers" | "body"> | undefined;
  return {
    take(request: HttpRequest): void {
      const { method, url, headers, body } = request;
      common ??= request;
      let text = method === "GET" ? url : `${method} ${url}`;
      // Rows share what is not templated.
      if (headers !== common.headers) text += `\n${headers.join("\n")}`;
      if (body !== common.body) {
        text += `\n\n${typeof body === "string" ? body : Buffer.from(body ?? "").toString("latin1")}`;
      }
      hash.take(text);
    },
    get high() {
      return hash.high;
    },
    get low() {
      return hash.low;
    },
  };
}

/** The hosts by number; those beyond the groups that can be counted are one. */
function createHosts() {
  const numbers = new Map<string, number>();
  const rows: number[] = [];
  const done: number[] = [];
  let latest = { origin: "", number: -1 };
  return {
    numberOf(origin: string): number {
      if (origin === latest.origin && latest.number !== -1) return latest.number;
      let number = numbers.get(origin);
      if (number === undefined) {
        number = Math.min(numbers.size, MOST_GROUPS - 1);
        numbers.set(number === MOST_GROUPS - 1 ? "" : origin, number);
      }
      latest = { origin, number };
      return number;
    },
    note(number: number, isDone: boolean): void {
      rows[number] = (rows[number] ?? 0) + 1;
      if (isDone) done[number] = (done[number] ?? 0) + 1;
    },
    all: () =>
      [...numbers].map(([origin, number]) => ({
        origin,
        number,
        rows: rows[number] ?? 0,
        done: done[number] ?? 0,
      })),
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
