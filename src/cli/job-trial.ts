import { existsSync } from "node:fs";

import { systemClock } from "../core/clock.ts";
import type { RunEvent } from "../core/event.ts";
import type { Outcome } from "../core/outcome.ts";
import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
import { costOf, count, createTally } from "../report/tally.ts";
import type { AskedJob } from "../runs/ask-job.ts";
import { discoverRows } from "../runs/discover-rows.ts";
import { openJobAuth } from "../runs/job-auth.ts";
import { type JobRun, jobRunIn } from "../runs/job-run.ts";
import { RunStopped } from "../runs/run-stopped.ts";
import { stepSettings } from "../runs/step-settings.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { openFolder } from "./open-folder.ts";
import { allotSamples } from "./plan-sample.ts";
import type { Sample } from "./planned-work.ts";
import { type KnownStep, mayBeTried } from "./planned-step.ts";
import { createProgress } from "./progress.ts";
import { createRequestLatencies } from "./request-latencies.ts";
import { sendSample } from "./send-sample.ts";
import type { Terminal } from "./terminal.ts";

/** A job of which a few requests are really sent. What it writes goes with it. */
export interface JobTrial extends AsyncDisposable {
  /** The job, with the rows of the lists that were asked. */
  readonly run: JobRun;
  /** Requests that may still be sent. */
  readonly left: number;
  /** Asks a whole list, where it takes fewer requests than are left; its rows are known then. */
  askList(list: KnownStep): Promise<Sample | undefined>;
  /** Sends what is left, of these steps alike, as far as they may be asked twice. */
  askSome(steps: readonly KnownStep[]): Promise<ReadonlyMap<KnownStep, Sample>>;
}

/** What a trial is opened with. */
export interface TrialOptions {
  /** The run that is planned: what it knows already is not asked. */
  readonly known: JobRun;
  readonly wanted: number;
  readonly terminal: Terminal;
  readonly onOutcome: (outcome: Outcome) => Promise<void>;
}

/** @throws UsageError for a job that has to log in first, and for one of which nothing may be asked twice */
export async function openTrial(asked: AskedJob, options: TrialOptions): Promise<JobTrial> {
  const { known, wanted, terminal, onOutcome } = options;
  const { auth } = asked.job.job;
  if (auth?.kind === "login") {
    throw new UsageError(
      `--sample would ask without the cookies that the step ${visible(auth.step)} is given; leave it out`,
    );
  }
  const anywhere = jobRunIn("", asked);
  const isTried = asked.job.steps.some(
    (step) => step.crawl === undefined && mayBeTried(stepSettings(step, anywhere)),
  );
  if (!isTried) {
    throw new UsageError("--sample finds no step that may be asked once more; leave it out");
  }
  const folder = await openFolder("plan");
  const own = jobRunIn(folder.path, asked);
  const { session, limits } = stepSettings(asked.job.steps[0]!, own);
  const who = openJobAuth(asked.job, { session, whenQuotaIsGone: limits.wait });
  const rowsFileOf = (id: string): string =>
    existsSync(known.rowsFileOf(id)) ? known.rowsFileOf(id) : own.rowsFileOf(id);
  let left = wanted;

  async function askList({ step, work }: KnownStep): Promise<Sample> {
    const tally = createTally(work.plan.cost?.price);
    const clock = systemClock;
    const latencies = createRequestLatencies();
    const outcomes: Outcome[] = [];
    const listen = (event: RunEvent): void => {
      count(tally, event);
      if (event.type !== "settled") return;
      latencies.note(event.outcome);
      outcomes.push(event.outcome);
    };
    const job = { ...asked.job, steps: [step] };
    const caps = { ...asked.options.caps, maxRequests: left };
    const now = { ...own, job, who, rowsFileOf, options: { ...asked.options, caps } };
    using progress = createProgress({ kind: "none", terminal, clock, tally, title: "" });
    using interrupts = listenForInterrupts(process, clock, () => interrupts.stopNow());
    try {
      await discoverRows(now, { tally, progress, listeners: [listen], signals: interrupts });
    } catch (error) {
      // A list in more pages than were seen has no rows then.
      if (!(error instanceof RunStopped) || error.reason !== "cap") throw error;
    }
    left -= tally.requests;
    for (const outcome of outcomes) await onOutcome(outcome);
    return {
      ...{ outcomes, requests: tally.requests, cost: costOf(tally), halted: undefined },
      ...{ latencies: latencies.medians(), interrupted: interrupts.exitCode },
    };
  }

  return {
    run: { ...known, rowsFileOf, who },
    get left() {
      return left;
    },
    async askList(list) {
      const { owed, refused } = list.found;
      const isWhole = owed > 0 && owed < left && refused.rows === 0 && list.work.run === undefined;
      return isWhole && mayBeTried(list.settings) ? await askList(list) : undefined;
    },
    async askSome(steps) {
      const tried = steps.filter(({ settings }) => mayBeTried(settings));
      const shares = allotSamples(left, tried.map(sizeOf));
      const samples = new Map<KnownStep, Sample>();
      for (const [index, one] of tried.entries()) {
        const requests = one.found.spread.slice(0, shares[index]);
        if (requests.length === 0) continue;
        const sample = await sendSample({ ...one.settings, who }, requests, onOutcome);
        samples.set(one, sample);
        if (sample.halted !== undefined || sample.interrupted !== undefined) break;
      }
      return samples;
    },
    async [Symbol.asyncDispose]() {
      await who[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Requests that a step has to give, as many as its caps let leave. */
function sizeOf({ found, work }: KnownStep): number {
  return Math.min(found.spread.length, work.plan.stop?.after ?? Number.POSITIVE_INFINITY);
}
