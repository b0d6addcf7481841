import { type Call, createCall, type Rest } from "../core/call.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import { type Outcome, outcomeOfError } from "../core/outcome.ts";
import type { Send } from "../core/send.ts";
import type { Owed, Turns } from "./spread.ts";

/** One that was owed, and what became of it. */
export interface Landed<T> {
  readonly owed: T;
  readonly outcome: Outcome;
}

/** How much may be out, and how it is stopped. */
export interface FlowOptions {
  /** Requests out, those who rest not counted; and outcomes not yet taken: at most so many of each. */
  readonly window: number;
  /** Stops everything under way: what had no answer yet is not yielded, it is still owed. */
  readonly signal?: AbortSignal | undefined;
  /** Takes no more turns; what is under way lands. */
  readonly drain?: AbortSignal | undefined;
}

/** Most requests at rest (before a retry, for a held host): what is held in memory has an end. */
const MOST_RESTING = 10_000;

/**
 * Requests in, outcomes out as they land: keeps at most a window out, pulls and yields side by side.
 * Leaving early stops what is under way. Rejects with what the turns or a programming error threw,
 * after the outcomes that had landed before.
 */
export async function* flow<T extends Owed>(
  turns: Turns<T>,
  send: Send,
  { window, signal, drain }: FlowOptions,
): AsyncGenerator<Landed<T>, void, undefined> {
  const stop = new AbortController();
  const stopAll = (): void => stop.abort(signal?.reason);
  if (signal?.aborted === true) stopAll();
  signal?.addEventListener("abort", stopAll, { once: true });

  const landed: Landed<T>[] = [];
  let first = 0;
  let out = 0;
  let resting = 0;
  /** Those who landed without an answer hold their places until they were seen: whoever takes them may
   * want nothing more. */
  let unseen = 0;
  const feeding = { ended: false };
  let failure: { readonly error: unknown } | undefined;
  let wakeTaker: (() => void) | undefined;
  let wakeFeeder: (() => void) | undefined;

  const fail = (error: unknown): void => {
    failure ??= { error };
    wakeTaker?.();
  };

  function land(owed: T, outcome: Outcome): void {
    out -= 1;
    turns.landed(owed);
    // What was stopped before its answer has no outcome: it is still owed.
    const isOwed = outcome.kind === "failed" && outcome.failure.code === "E_ABORTED";
    if (!isOwed) landed.push({ owed, outcome });
    if (!isOwed && outcome.kind !== "answered") unseen += 1;
    wakeTaker?.();
    wakeFeeder?.();
  }

  function start(owed: T): void {
    out += 1;
    const onRest = (rest: Rest, edge: "begin" | "end"): void => {
      resting += edge === "begin" ? 1 : -1;
      if (rest === "retry") edge === "begin" ? turns.landed(owed) : turns.resumed(owed);
      if (edge === "begin") wakeFeeder?.();
    };
    const call = createCall(stop.signal, onRest, owed.row?.number);
    send(owed.request, call).then(
      (response) => land(owed, answered(owed.request, response, call)),
      (error: unknown) => {
        try {
          land(owed, outcomeOfError(owed.request, call, error));
        } catch (unexpected) {
          out -= 1;
          fail(unexpected);
        }
      },
    );
  }

  // Beware: a composite signal computes `aborted` each time; the listener below tells once.
  let isClosed = stop.signal.aborted || drain?.aborted === true;
  const isOver = (): boolean => isClosed || failure !== undefined;

  async function feed(): Promise<void> {
    while (!isOver()) {
      const untaken = landed.length - first;
      const held = out - Math.min(resting, MOST_RESTING) + unseen;
      if (held >= window || untaken >= window) {
        const woken = Promise.withResolvers<void>();
        wakeFeeder = woken.resolve;
        await woken.promise;
        wakeFeeder = undefined;
        continue;
      }
      const turn = turns.next();
      const owed = turn instanceof Promise ? await turn : turn;
      if (owed === undefined || isOver()) break;
      start(owed);
    }
  }

  const endFeeding = (): void => {
    isClosed = true;
    wakeFeeder?.();
    turns.close().catch(fail);
  };
  drain?.addEventListener("abort", endFeeding, { once: true });
  stop.signal.addEventListener("abort", endFeeding, { once: true });
  const fed = feed()
    .catch(fail)
    .finally(() => {
      feeding.ended = true;
      wakeTaker?.();
    });

  try {
    for (;;) {
      if (first < landed.length) {
        const next = landed[first]!;
        first += 1;
        if (first === landed.length) {
          landed.length = 0;
          first = 0;
        }
        yield next;
        if (next.outcome.kind !== "answered") unseen -= 1;
        wakeFeeder?.();
        continue;
      }
      if (failure !== undefined) throw failure.error;
      if (feeding.ended && out === 0) return;
      const woken = Promise.withResolvers<void>();
      wakeTaker = woken.resolve;
      await woken.promise;
      wakeTaker = undefined;
    }
  } finally {
    signal?.removeEventListener("abort", stopAll);
    drain?.removeEventListener("abort", endFeeding);
    stop.abort();
    await fed;
  }
}

function answered(request: HttpRequest, response: HttpResponse, call: Call): Outcome {
  return { kind: "answered", request, response, call };
}
