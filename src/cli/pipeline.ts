import type { Listener, RunEvent } from "../core/event.ts";
import type { Outcome } from "../core/outcome.ts";
import { systemClock } from "../core/clock.ts";
import { openSession, resolveLimits, type Session } from "../engine/session.ts";
import { run } from "../jobs/run.ts";
import { once } from "../middleware/once.ts";
import { createMemoryQueue } from "../queue/memory-queue.ts";
import type { Settings } from "./settings.ts";
import { type OpenCookies, openCookies } from "./work-cookies.ts";
import { openOutput } from "./work-output.ts";
import { openSpool } from "./work-spool.ts";
import { readRules } from "./work-rules.ts";
import { openTasks } from "./work-tasks.ts";
import { createRequestCap } from "./request-cap.ts";
import { FEW_INPUTS, keepHeapSmall } from "./keep-heap-small.ts";
import { spareCompiler } from "./spare-compiler.ts";

/** How a run is asked to end: `drain` starts nothing new, `stop` gives up what is in flight too. */
export interface RunSignals {
  readonly drain: AbortSignal;
  readonly stop: AbortSignal;
}

/** One prepared piece of work: what `get` and `map` both become. Nothing was sent yet. */
export interface Work {
  /** Inputs, where they could be counted without reading them all. */
  readonly total: number | undefined;
  /**
   * Asks for everything and writes what comes back. Resolves when all is settled, or when a signal
   * ended it and what had arrived is written. Rejects with RunStopped, UsageError (input that cannot
   * be read further), a DiskError, a ClosedPipe, or a programming error.
   */
  run(listeners: readonly Listener[], signals: RunSignals): Promise<void>;
}

/**
 * Gets every outcome, one per input, in the order of `settings.output.order`, where
 * `settings.output.kind` is `timing-table`. Waits for a promise before the next.
 */
export type Take = (outcome: Outcome) => void | Promise<void>;

/** A session kept open over several runs, so that their connections stay warm. */
export interface Pipeline extends AsyncDisposable {
  /**
   * Checks everything that can be checked before the first request: templates against columns, expressions,
   * outputs. `settings` may differ from those of the pipeline in `mode`, `input` and `output` alone.
   * @throws UsageError
   */
  prepare(settings: Settings, take?: Take): Promise<Work>;
}

/** Why a run ended before its inputs did, other than by a person's signal. */
export type StopReason = "cap" | "quota" | "disk" | "network" | "refused" | "locked";

/** A run that stopped itself, resumable; the sentence says why. */
export class RunStopped extends Error {
  override readonly name = "RunStopped";
  readonly reason: StopReason;

  constructor(reason: StopReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Opens what `get` and `map` run on. Imports the HTTP stack. */
export async function openPipeline(settings: Settings): Promise<Pipeline> {
  let listen: Listener = () => {};
  const emit = (event: RunEvent): void => listen(event);
  const rules = await readRules(settings);
  const cap = createRequestCap(settings.caps.maxRequests);
  const spool = await openSpool(settings, rules.length);
  const jar = settings.cookieJar === undefined ? undefined : await openCookies(settings.cookieJar);
  const session = openSession(
    {
      ...settings.session,
      removedHeaders: settings.request.removedHeaders,
      redirectsTo: settings.redirectsTo,
    },
    {
      emit,
      rules,
      spool: spool?.options,
      beforeGates: cap.middleware,
      last: jar === undefined ? [] : [jar.middleware],
    },
  );
  return {
    async prepare(now, take) {
      const tasks = await openTasks(now);
      const output = await openOutput(now, tasks, take);
      return {
        total: tasks.total,
        async run(all, signals) {
          listen = toAll(all);
          const isShort = tasks.total !== undefined && tasks.total <= FEW_INPUTS;
          spareCompiler(tasks.total);
          using _heap = keepHeapSmall(isShort ? "few" : "many");
          const drain = AbortSignal.any([signals.drain, cap.signal]);
          emit({ type: "started", atMs: systemClock.now(), total: tasks.total });
          await using last = new AsyncDisposableStack();
          last.defer(() => saveCookies(jar));
          await using sink = output.sink;
          await run({
            queue: createMemoryQueue(output.batches, output.horizon),
            send: sendOf(session, now),
            extract: output.extract,
            sink,
            ...windowOf(now),
            clock: systemClock,
            emit,
            drain,
            stop: signals.stop,
          });
          await sink.close();
          emit({ type: "ended", atMs: systemClock.now() });
          if (cap.signal.aborted) throw new RunStopped("cap", cap.words);
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      await spool?.[Symbol.asyncDispose]();
    },
  };
}

/** Kept however the runs ended: what servers set before a stop is still true. */
async function saveCookies(jar: OpenCookies | undefined): Promise<void> {
  try {
    await jar?.save();
  } catch (error) {
    const words = `--cookie-jar: the cookies could not be kept: ${(error as Error).message}`;
    throw new RunStopped("disk", words, { cause: error });
  }
}

/** One listener for all; the common single one is called as it is. */
function toAll(listeners: readonly Listener[]): Listener {
  const [only, ...others] = listeners;
  if (only !== undefined && others.length === 0) return only;
  return (event) => {
    for (const listener of listeners) listener(event);
  };
}

/** Equal questions of one run are asked once; of two runs (`compare`) they are asked twice. */
function sendOf(session: Session, settings: Settings): Session["send"] {
  return settings.request.duplicates === "asked once" ? once()(session.send) : session.send;
}

/** Sequential is a window of one. */
function windowOf(settings: Settings): { readonly window: number; readonly perHost: number } {
  if (settings.mode === "sequential") return { window: 1, perHost: 1 };
  const { concurrency, perHost } = resolveLimits(settings.session);
  return { window: concurrency, perHost };
}
