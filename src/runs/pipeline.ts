import type { Listener, RunEvent } from "../core/event.ts";
import { createHalt } from "../core/halt.ts";
import type { Outcome } from "../core/outcome.ts";
import { systemClock } from "../core/clock.ts";
import { openSession } from "../engine/session.ts";
import { extractOrStop } from "../jobs/extract-or-stop.ts";
import { run } from "../jobs/run.ts";
import type { AnswerRule } from "../middleware/answer-rules.ts";
import type { HostMemory } from "../policy/host-memory.ts";
import { FINISHED } from "../queue/journal-messages.ts";
import type { WorkSettings } from "./work-settings.ts";
import { openCookies, saveCookies } from "./work-cookies.ts";
import { openOutput, type WorkOutput } from "./work-output.ts";
import { openSpool, spoolFolder } from "./work-spool.ts";
import { readRules } from "./work-rules.ts";
import { endOrder } from "./end-order.ts";
import { openCrawlWork } from "./open-crawl-work.ts";
import { createGuard } from "./work-guard.ts";
import { openQueue } from "./work-queue.ts";
import type { WorkRun } from "./work-run.ts";
import type { RunSignals, Work } from "./work.ts";
import { openTasks, type Stdin, type Tasks, tasksAhead } from "./work-tasks.ts";
import { sendOf, windowOf } from "./work-send.ts";
import { createRequestCap } from "./request-cap.ts";
import { haltWords } from "./halt-words.ts";
import { toAll } from "./to-all.ts";
import { RunStopped } from "./run-stopped.ts";
import { type Expected, FEW_INPUTS, keepHeapSmall } from "./keep-heap-small.ts";
import { spareCompiler } from "./spare-compiler.ts";

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
  prepare(settings: WorkSettings, take?: Take): Promise<Work>;
}

/** What a pipeline goes on from. */
export interface PipelineOptions {
  /** The run on disk, which may still be opening. @default in memory */
  readonly opening?: Promise<WorkRun | undefined>;
  /** What is remembered of hosts. @default nothing */
  readonly memory?: HostMemory | undefined;
  /** Takes what a person is to hear. @default nobody hears it */
  readonly say?: (line: string) => void;
}

/** Opens what `get` and `map` run on. Imports the HTTP stack. @throws what `opening` a run throws. */
export async function openPipeline(
  settings: WorkSettings,
  { opening, memory, say = () => {} }: PipelineOptions = {},
): Promise<Pipeline> {
  const tasks = tasksAhead(settings);
  const durable = await opening;
  try {
    const rules = await readRules(settings);
    return await pipelineOf(settings, { rules, durable, tasks, memory, say });
  } catch (error) {
    await durable?.discard();
    throw error;
  }
}

interface PipelineParts {
  readonly rules: readonly AnswerRule[];
  readonly durable: WorkRun | undefined;
  readonly tasks: Promise<Tasks> | undefined;
  readonly memory: HostMemory | undefined;
  readonly say: (line: string) => void;
}

async function pipelineOf(
  settings: WorkSettings,
  { rules, durable, tasks: ahead, memory, say }: PipelineParts,
): Promise<Pipeline> {
  let listen: Listener = () => {};
  const emit = (event: RunEvent): void => listen(event);
  const guard = createGuard();
  const cap = createRequestCap(settings.caps, durable?.journal);
  // What a rehearsal plays has nothing in common with what is really asked.
  const shared = settings.detour === undefined ? settings.shared : undefined;
  const halt = shared?.commons.halt ?? createHalt();
  settings.who?.use(halt);
  const crawl = await openCrawlWork(settings, { durable, say });
  const jar = settings.cookieJar === undefined ? undefined : await openCookies(settings.cookieJar);
  const spool = await openSpool(settings, rules.length, {
    ...spoolFolder(settings, durable),
    ...crawl?.spool,
  });
  const { limits = {} } = settings.session;
  const session = openSession(
    {
      ...settings.session,
      // A window of one lets others by those who rest: they are not to meet on the wire.
      limits: settings.mode === "sequential" ? { ...limits, concurrency: 1 } : limits,
      removedHeaders: settings.request.removedHeaders,
      redirectsTo: settings.redirectsTo,
    },
    {
      emit,
      rules,
      halt,
      memory,
      whenQuotaIsGone: settings.limits.wait,
      spool: spool?.options,
      detour: settings.detour,
      shared,
      ...crawl?.session,
      beforeGates: [
        ...(crawl?.beforeGates(spool?.options) ?? []),
        ...(settings.who?.beforeGates ?? []),
        ...cap.middleware,
      ],
      last: [
        ...(settings.who?.last ?? []),
        ...(jar === undefined ? [] : [jar.middleware]),
        guard.beforeLeaving,
      ],
    },
  );

  async function runWork(work: OpenWork, how: Running): Promise<void> {
    const { tasks, output, now } = work;
    const { signals, counters } = how;
    listen = toAll(how.listeners);
    const sharing = now.step?.sharing ?? tasks.sharing;
    const isOurs = now.v8 === "tuned";
    if (isOurs) spareCompiler(tasks.total);
    using _heap = isOurs ? keepHeapSmall(expectedOf(work)) : undefined;
    const drain = AbortSignal.any([signals.drain, cap.signal, halt.signal]);
    // Whoever waits is still owed; under a cap on requests it was counted, and leaves.
    signals.drain.addEventListener("abort", () => halt.end(), { once: true });
    emit({ type: "started", atMs: systemClock.now(), total: tasks.total });
    await using last = new AsyncDisposableStack();
    last.defer(() => saveCookies(jar));
    crawl?.stopOn(AbortSignal.any([drain, signals.stop]));
    const owed = openQueue(output, { durable, counters, isWhole: crawl?.isWhole });
    last.defer(() => durable?.journal.end("failed", counters()));
    await using sink = output.sink;
    guard.use(durable?.journal);
    await run({
      queue: owed.queue,
      send: guard.inDoubt(
        crawl?.around(session.send) ??
          (await sendOf(session, { settings: now, sharing, durable, say })),
      ),
      extract: extractOrStop(output.extract),
      sink,
      ...windowOf({ settings: now, sharing }, session),
      clock: systemClock,
      emit,
      drain,
      stop: signals.stop,
    });
    const isFinished = !drain.aborted && !signals.stop.aborted;
    await owed.close(isFinished ? FINISHED : "stopped");
    emit({ type: "ended", atMs: systemClock.now() });
    if (isFinished) await crawl?.finish(signals.stop);
    if (isFinished && durable !== undefined) await endOrder(durable, now);
    if (cap.signal.aborted) throw new RunStopped("cap", cap.words, cap);
    if (halt.cause !== undefined) throw new RunStopped(halt.cause.reason, haltWords(halt.cause));
  }

  return {
    async prepare(now, take) {
      const kept = now.run.kind === "in memory" ? undefined : durable;
      try {
        const tasks =
          crawl?.tasks ?? (await ((kept && ahead) ?? openTasks(now, kept && stdinOf(kept))));
        const opened = await openOutput(now, tasks, { take, run: kept, crawl, say });
        const output = crawl?.watched(opened) ?? opened;
        return {
          total: tasks.total,
          durable: kept,
          leastExitCode: crawl?.leastExitCode,
          changes: crawl?.changes,
          run: (listeners, signals, counters = () => "{}") =>
            runWork({ tasks, output, now }, { listeners, signals, counters }),
        };
      } catch (error) {
        await kept?.discard();
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      await spool?.[Symbol.asyncDispose]();
      await crawl?.[Symbol.asyncDispose]();
    },
  };
}

/** Work whose input and outputs are open. */
interface OpenWork {
  readonly tasks: Tasks;
  readonly output: WorkOutput;
  readonly now: WorkSettings;
}

/** Who listens to work, and how it is stopped. */
interface Running {
  readonly listeners: readonly Listener[];
  readonly signals: RunSignals;
  readonly counters: () => string;
}

/** Standard input of a run on disk is read from its copy, or copied as it is read. */
function stdinOf({ stdinFile, journal }: WorkRun): Stdin {
  return {
    file: stdinFile,
    // A disk that refuses is heard of at the next commit.
    keep: (chunk) => void journal.keepInput(chunk).catch(() => {}),
  };
}

/** One answer that is read item by item may be more than many others. */
function expectedOf({ tasks: { total }, now }: OpenWork): Expected {
  const isPlain = now.step?.compiled.each === undefined;
  return isPlain && total !== undefined && total <= FEW_INPUTS ? "few" : "many";
}
