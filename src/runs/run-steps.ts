import { systemClock } from "../core/clock.ts";
import type { Listener, RunEvent } from "../core/event.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import { exactMoney } from "../formats/money.ts";
import { formatCount } from "../formats/quantity.ts";
import { readRows } from "../formats/row-format.ts";
import { visible } from "../formats/visible.ts";
import type { HostMemory } from "../policy/host-memory.ts";
import { warmJournalThread } from "../queue/journal.ts";
import { countersOf, earlierCounters, restoreTally } from "../report/restored-tally.ts";
import { costOf, count, createTally, settledOf, type Tally, wallMsOf } from "../report/tally.ts";
import { type EarlierAnswers, readEarlierAnswers } from "./earlier-answers.ts";
import { tellJobChanges } from "./job-changes.ts";
import { type JobRun, jobRunIn } from "./job-run.ts";
import { openPipeline, type Pipeline } from "./pipeline.ts";
import type { RunSignals, Work } from "./work.ts";
import { stepSettings } from "./step-settings.ts";
import type { WorkSettings } from "./work-settings.ts";
import type { Caps } from "./request-cap.ts";
import { RunStopped } from "./run-stopped.ts";
import { shownPath } from "./shown-path.ts";
import { quarantineWords, writeQuarantine } from "./quarantine-file.ts";
import { writeRows } from "./step-answers.ts";
import type { WorkChanges } from "./tell-changes.ts";
import { openAhead } from "./work-run.ts";

/** Who is told what goes on. */
export interface Teller {
  /** Says a line that stays. */
  say(line: string): void;
  /** Says what went wrong, also to whom asked for quiet. */
  complain(line: string): void;
}

/** What the steps of a job share. */
export interface StepsOptions {
  readonly memory: HostMemory | undefined;
  /** Of the whole job. */
  readonly tally: Tally;
  readonly progress: Teller;
}

/** A step that is ready to ask. */
interface OpenStep extends AsyncDisposable {
  readonly step: CompiledStep;
  readonly settings: WorkSettings;
  readonly work: Work;
  readonly earlier: EarlierAnswers | undefined;
}

/**
 * The steps of a job as one piece of work: each is a run of its own, one after the other, and the first
 * is checked before anything is sent. What a step gives to others is written once it has ended.
 */
export async function prepareSteps(prepared: JobRun, options: StepsOptions): Promise<Work> {
  const run = { ...prepared, say: (line: string) => options.progress.say(line) };
  const { job, directory } = run;
  const [first, ...others] = job.steps;
  // Outputs that cannot be are told of before anything is sent.
  for (const step of others) stepSettings(step, run);
  let opened: OpenStep | undefined = await openStep(first!, run, options);
  let exitCode = 0;
  let changes: WorkChanges | undefined;
  return {
    changes: () => changes,
    total: others.length === 0 ? opened.work.total : undefined,
    durable: undefined,
    directory: shownPath(directory),
    leastExitCode: () => exitCode,
    async run(listeners, signals) {
      const tell = (event: RunEvent): void => {
        for (const listen of listeners) listen(event);
      };
      const before = options.tally.requests - options.tally.earlierRequests;
      for (const step of job.steps) {
        await using open = opened ?? (await openStep(step, run, options));
        opened = undefined;
        const warming = step === job.steps.at(-1) ? undefined : setTimeout(warmNext, WARM_MS);
        const end = await runStep(open, { tell, signals, run, ...options }).finally(() =>
          clearTimeout(warming),
        );
        exitCode = Math.max(exitCode, open.work.leastExitCode?.() ?? 0);
        if (end === "stopped") return;
      }
      tell({ type: "ended", atMs: systemClock.now() });
      changes = await tellJobChanges(run, (line) => options.progress.say(line));
      const { requests, earlierRequests } = options.tally;
      if (requests - earlierRequests === before) {
        options.progress.say("nothing was owed; --force asks anew");
      }
    },
  };
}

/** By then the first requests have left, and servers are waited for. */
const WARM_MS = 50;

/** What the next step needs comes up: its journal's thread, and what reads the rows of this one. */
function warmNext(): void {
  warmJournalThread();
  void Array.fromAsync(readRows([], { format: "jsonl", name: "nothing" }));
}

async function openStep(
  step: CompiledStep,
  run: JobRun,
  { memory, tally }: StepsOptions,
): Promise<OpenStep> {
  const asked = stepSettings(step, run);
  const earlier = await earlierOf(step, run);
  const known = earlier?.around;
  const settings = { ...asked, known, caps: capsLeft(asked.caps, tally) };
  const opening = openAhead(settings);
  const pipeline: Pipeline = await openPipeline(settings, {
    opening,
    memory,
    say: run.say,
  });
  try {
    const work = await pipeline.prepare(settings);
    return {
      step,
      settings,
      work,
      earlier,
      async [Symbol.asyncDispose]() {
        earlier?.[Symbol.dispose]();
        await pipeline[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await pipeline[Symbol.asyncDispose]();
    throw error;
  }
}

/** What the run before has answered of a step. */
async function earlierOf(step: CompiledStep, run: JobRun): Promise<EarlierAnswers | undefined> {
  if (run.since === undefined) return undefined;
  const before = jobRunIn(run.since, run);
  return await readEarlierAnswers(step, before, stepSettings(step, before));
}

/** What the steps before have left of the job's caps. */
function capsLeft(caps: Caps, tally: Tally): Caps {
  const { maxRequests, maxCost } = caps;
  const spent = costOf(tally) ?? 0n;
  return {
    ...caps,
    maxRequests:
      maxRequests === undefined
        ? undefined
        : Math.max(0, maxRequests - (tally.requests - tally.earlierRequests)),
    maxCost: maxCost === undefined ? undefined : maxCost > spent ? maxCost - spent : 0n,
  };
}

/** How a step is run. */
interface StepRunning extends StepsOptions {
  readonly tell: Listener;
  readonly signals: RunSignals;
  readonly run: JobRun;
}

async function runStep(open: OpenStep, how: StepRunning): Promise<"ended" | "stopped"> {
  const { step, settings, work } = open;
  const { tell, signals, run, tally, progress } = how;
  const isLast = run.job.steps.at(-1) === step;
  const earlier = work.durable?.journal.run;
  const before = settledOf(tally);
  const total = isLast && work.total !== undefined ? before + work.total : undefined;
  const own = createTally(settings.caps.price);
  if (earlier !== undefined) {
    restoreTally(tally, earlier);
    restoreTally(own, earlier);
    if (settledOf(own) < (work.total ?? Number.POSITIVE_INFINITY)) {
      for (const note of work.durable?.notes ?? []) progress.say(note);
    }
  }
  const known = { ...earlierCounters(earlier ?? { sessions: [] }) };
  const counters = (): string =>
    countersOf(own, known, wallMsOf(own, systemClock.now()) - own.earlierMs);
  const settledBefore = settledOf(own);
  const listen = (event: RunEvent): void => {
    count(own, event);
    if (event.type === "ended") return;
    if (event.type !== "started") return tell(event);
    tell({ type: "started", atMs: tally.startedMs ?? event.atMs, total });
  };
  try {
    await work.run([listen], signals, counters);
  } catch (error) {
    throw error instanceof RunStopped && error.reason === "cap" ? capOfJob(error, how) : error;
  }
  if (signals.drain.aborted || signals.stop.aborted) return "stopped";
  if (step.position === "inner" && own.answered === 0 && own.failed > 0) {
    progress.complain(
      `fanfetch: the step ${visible(step.id)} has no answer, so that there are no rows to go on with`,
    );
    return "stopped";
  }
  const { answered } = own;
  const { directory } = work.durable!.journal.run;
  const ended = { step, settings, directory, answered };
  const isNew = settledOf(own) > settledBefore;
  const answers = isNew ? "changed" : "as it was";
  const setApart = await writeQuarantine(ended, answers);
  if (setApart > 0) progress.say(quarantineWords(ended, setApart));
  if (step.position === "inner") await writeRows(ended, run.rowsFileOf(step.id));
  return "ended";
}

/** A cap as it was given for the whole job; a step had what was left of it. */
function capOfJob(stop: RunStopped, { run, tally }: StepRunning): RunStopped {
  const { maxRequests, maxCost } = run.options.caps;
  const isCost = stop.remedy !== "" && maxCost !== undefined;
  const words = isCost
    ? `--max-cost ${exactMoney(maxCost)} at ${formatCount(tally.requests)} requests`
    : `--max-requests ${formatCount(maxRequests ?? tally.requests)}`;
  return new RunStopped("cap", `stopped by ${words}`, { remedy: stop.remedy, cause: stop });
}
