import type { RunEvent } from "../../src/core/event.ts";
import type { FailureCode } from "../../src/core/failure.ts";
import { createHalt, type Halt } from "../../src/core/halt.ts";
import { sleep } from "../../src/core/clock.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import { createRequest, type HttpRequest } from "../../src/core/request.ts";
import { type Session, type SessionParts, openSession } from "../../src/engine/session.ts";
import { flow } from "../../src/engine/flow.ts";
import { SESSION_DEFAULTS, type SessionOptions } from "../../src/engine/session-options.ts";
import { spread } from "../../src/engine/spread.ts";
import type { LimitModel } from "../../src/rehearsal/limit-model.ts";
import { createManualClock, type ManualClock } from "../../src/transport/manual-clock.ts";
import { createScriptedTransport } from "../../src/transport/scripted.ts";
import { seededChance } from "../limits/chance.ts";

/** What a server does with one request, after how many milliseconds. */
export interface Reaction {
  readonly afterMs: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly fails?: FailureCode;
  /** Whether it failed before the server can have seen it. @default true */
  readonly unsent?: boolean;
}

/** A server of a virtual world: the `count`-th request to its host (from 1) arrives at `nowMs`. */
export type VirtualServer = (
  request: HttpRequest,
  at: { readonly nowMs: number; readonly count: number },
) => Reaction;

/** One request as the server saw it. */
export interface VirtualSight {
  readonly request: HttpRequest;
  readonly atMs: number;
  endedMs: number | undefined;
  status: number | undefined;
}

/** The real session, a server and time that only goes on when it is told to. */
export interface VirtualWorld extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly session: Session;
  readonly halt: Halt;
  /** Requests that a run has under way in all. */
  readonly window: number;
  readonly events: readonly RunEvent[];
  /** In the order of arrival. */
  readonly seen: readonly VirtualSight[];
  /** Asks for all, and lets time go on until each has its outcome or the run has stopped itself. */
  ask(urls: Iterable<string>): Promise<readonly Outcome[]>;
  /** Lets time go on until it is so late, or until what was begun is over. */
  pass(untilMs: number, over?: Promise<unknown>): Promise<void>;
}

/** How a virtual world is set up. */
export interface VirtualOptions extends SessionOptions {
  readonly seed?: number;
  readonly whenQuotaIsGone?: "stop" | "wait";
  /** What is remembered of hosts. */
  readonly memory?: SessionParts["memory"];
  /** @default 0 */
  readonly startMs?: number;
  /** Time goes on by so much at once. @default 250 */
  readonly stepMs?: number;
}

/** Nothing takes longer: a test that gets here waits for something that never comes. */
const LONGEST_MS = 30 * 86_400_000;

/** Opens a virtual world; declare it with `await using`. */
export function virtualWorld(server: VirtualServer, options: VirtualOptions = {}): VirtualWorld {
  const { seed = 1, whenQuotaIsGone = "stop", memory, startMs = 0, stepMs = 250 } = options;
  const atOnce = options.limits?.concurrency;
  const clock = createManualClock(startMs);
  const seen: VirtualSight[] = [];
  const events: RunEvent[] = [];
  const counts = new Map<string, number>();
  const transport = createScriptedTransport(async (request) => {
    const sight: VirtualSight = {
      request,
      atMs: clock.now(),
      endedMs: undefined,
      status: undefined,
    };
    seen.push(sight);
    const count = (counts.get(request.origin) ?? 0) + 1;
    counts.set(request.origin, count);
    const {
      afterMs,
      fails,
      unsent = true,
      ...answer
    } = server(request, {
      nowMs: clock.now(),
      count,
    });
    await sleep(clock, afterMs);
    sight.endedMs = clock.now();
    sight.status = fails === undefined ? (answer.status ?? 200) : undefined;
    if (fails !== undefined) return { fails, transient: true, unsent };
    return { ...answer, totalMs: afterMs };
  });
  const halt = createHalt();
  const session = openSession(options, {
    clock,
    transport,
    halt,
    memory,
    whenQuotaIsGone,
    random: seededChance(seed),
    emit: (event) => events.push(event),
  });

  async function pass(untilMs: number, over?: Promise<unknown>): Promise<void> {
    let isOver = false;
    const end = (): void => void (isOver = true);
    over?.then(end, end);
    while (!isOver && clock.now() < untilMs) {
      await clock.advance(Math.min(stepMs, untilMs - clock.now()));
    }
  }

  return {
    clock,
    session,
    halt,
    window: typeof atOnce === "number" ? atOnce : SESSION_DEFAULTS.concurrency,
    events,
    seen,
    pass,
    async ask(urls) {
      const stopped = new AbortController();
      halt.signal.addEventListener("abort", () => stopped.abort(), { once: true });
      const outcomes: Outcome[] = [];
      const all = (async () => {
        for await (const outcome of session.asCompleted(urls, { signal: stopped.signal })) {
          outcomes.push(outcome);
        }
      })().catch((error: unknown) => {
        if (!stopped.signal.aborted) throw error;
      });
      await pass(startMs + LONGEST_MS, all);
      await all;
      return outcomes;
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** Outcomes as they land, as a run of the command has them: it looks further ahead than a library's caller. */
export async function* asRun(
  { session, window }: VirtualWorld,
  urls: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<Outcome> {
  async function* batches() {
    for (let first = 0; first < urls.length; first += 500) {
      yield urls.slice(first, first + 500).map((url) => ({ request: createRequest({ url }) }));
    }
  }
  const turns = spread(batches(), { turnsAt: session.turnsAt });
  for await (const batch of flow(turns, session.send, { window, signal })) {
    for (const { outcome } of batch) yield outcome;
  }
}

/** The URLs of `count` requests to one host. */
export function urlsTo(host: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `http://${host}/${index}`);
}

/** A server that limits as a model does. */
export function limitedBy(
  model: LimitModel,
  { serviceMs, clock }: { readonly serviceMs: () => number; readonly clock: () => ManualClock },
): VirtualServer {
  return (_request, { nowMs }) => {
    const verdict = model.arrive({ nowMs, wallMs: nowMs, serviceMs: serviceMs() });
    if (verdict.kind === "dropped") {
      return { afterMs: verdict.forMs, fails: "E_RESET", unsent: false };
    }
    if (verdict.kind === "accepted") {
      clock().after(verdict.forMs, () => model.leave(clock().now()));
    }
    const headers: Record<string, string> = {};
    for (let index = 0; index < verdict.headers.length; index += 2) {
      headers[verdict.headers[index]!] = verdict.headers[index + 1]!;
    }
    return {
      afterMs: verdict.forMs,
      headers,
      status: verdict.kind === "accepted" ? 200 : verdict.status,
    };
  };
}
