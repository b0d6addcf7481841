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
 * Most requests that start at once. A window that opens wide would make hundreds before the first of them
 * gets to the wire; so the server is at work while the others are made.
 */
const MOST_AT_ONCE = 16;

/** `waiting` for a turn that is not there yet, or `pausing` for one of the event loop; `feeding` further up the stack. */
type Feeder = "ready" | "feeding" | "waiting" | "pausing" | "ended";

/**
 * Requests in, outcomes out as they land: keeps at most a window out, pulls and yields side by side.
 * Each batch is what has landed since the last one was taken. Leaving early stops what is under way.
 * Rejects with what the turns or a programming error threw, after the outcomes that had landed before.
 */
export async function* flow<T extends Owed>(
  turns: Turns<T>,
  send: Send,
  { window, signal, drain }: FlowOptions,
): AsyncGenerator<readonly Landed<T>[], void, undefined> {
  const stop = new AbortController();
  const stopAll = (): void => stop.abort(signal?.reason);
  if (signal?.aborted === true) stopAll();
  signal?.addEventListener("abort", stopAll, { once: true });

  let landed: Landed<T>[] = [];
  let out = 0;
  let resting = 0;
  /** Those who landed without an answer hold their places until they were seen: whoever takes them may
   * want nothing more. */
  let unseen = 0;
  let feeder = "ready" as Feeder;
  const fed = Promise.withResolvers<void>();
  let failure: { readonly error: unknown } | undefined;
  let taker: "taking" | "waiting" | "told" = "taking";
  let wakeTaker = (): void => {};

  /**
   * Tells the taker, once those who left meanwhile are on the wire, which is in the next turn of the event
   * loop: the server is at work while records are made. Where nobody is out there is nothing to wait for.
   */
  function tell(): void {
    if (out === 0) return wakeTaker();
    if (taker !== "waiting") return;
    taker = "told";
    setImmediate(setImmediate, wakeTaker);
  }

  const fail = (error: unknown): void => {
    failure ??= { error };
    tell();
  };

  function land(owed: T, outcome: Outcome): void {
    out -= 1;
    turns.landed(owed);
    // What was stopped before its answer has no outcome: it is still owed.
    const isOwed = outcome.kind === "failed" && outcome.failure.code === "E_ABORTED";
    if (!isOwed) landed.push({ owed, outcome });
    if (!isOwed && outcome.kind !== "answered") unseen += 1;
    feed();
    tell();
  }

  function start(owed: T): void {
    out += 1;
    const onRest = (rest: Rest, edge: "begin" | "end"): void => {
      resting += edge === "begin" ? 1 : -1;
      if (rest === "retry") edge === "begin" ? turns.landed(owed) : turns.resumed(owed);
      if (edge === "begin") feed();
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

  function endFeed(): void {
    feeder = "ended";
    fed.resolve();
    tell();
  }

  /** Starts as many as there is room for, without waiting: a promise per turn would be felt. */
  function feed(): void {
    if (feeder !== "ready") return;
    feeder = "feeding";
    try {
      for (let started = 0; ; started += 1) {
        if (isClosed || failure !== undefined) return endFeed();
        const held = out - Math.min(resting, MOST_RESTING) + unseen;
        if (held >= window || landed.length >= window) break;
        if (started === MOST_AT_ONCE) {
          feeder = "pausing";
          setImmediate(goOn);
          return;
        }
        const turn = turns.next();
        if (turn instanceof Promise) {
          feeder = "waiting";
          turn.then(take, failFeed);
          return;
        }
        if (turn === undefined) return endFeed();
        start(turn);
      }
      feeder = "ready";
    } catch (error) {
      failFeed(error);
    }
  }

  function goOn(): void {
    feeder = "ready";
    feed();
  }

  /** Goes on with a turn that had to be waited for. */
  function take(turn: T | undefined): void {
    if (turn === undefined || isClosed || failure !== undefined) return endFeed();
    feeder = "ready";
    start(turn);
    feed();
  }

  function failFeed(error: unknown): void {
    fail(error);
    endFeed();
  }

  const endFeeding = (): void => {
    isClosed = true;
    // A turn that is waited for may never come: of a pipe that nobody writes to and nobody closes.
    if (feeder === "waiting") endFeed();
    else feed();
    turns.close().catch(fail);
  };
  drain?.addEventListener("abort", endFeeding, { once: true });
  stop.signal.addEventListener("abort", endFeeding, { once: true });
  feed();

  try {
    for (;;) {
      if (landed.length > 0) {
        const batch = landed;
        const unanswered = unseen;
        landed = [];
        feed();
        yield batch;
        unseen -= unanswered;
        feed();
        continue;
      }
      if (failure !== undefined) throw failure.error;
      if (feeder === "ended" && out === 0) return;
      await new Promise<void>((resolve) => {
        wakeTaker = resolve;
        taker = "waiting";
      });
      taker = "taking";
    }
  } finally {
    signal?.removeEventListener("abort", stopAll);
    drain?.removeEventListener("abort", endFeeding);
    stop.abort();
    await fed.promise;
  }
}

function answered(request: HttpRequest, response: HttpResponse, call: Call): Outcome {
  return { kind: "answered", request, response, call };
}
