import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";

import { resolveLimits } from "../engine/resolve-limits.ts";
import type { PlanOptions } from "../jobs/plan.ts";
import type { Recall } from "../jobs/planned-times.ts";
import { type Survey, survey } from "../jobs/survey.ts";
import { keepHeapSmall } from "../runs/keep-heap-small.ts";
import { showReading } from "./reading-progress.ts";
import { tableOf } from "../runs/run-table.ts";
import type { SameRun } from "./same-run.ts";
import type { WorkSettings } from "../runs/work-settings.ts";
import type { Settings } from "./settings.ts";
import type { Terminal } from "./terminal.ts";
import { checkedName } from "../runs/work-claims.ts";
import { openTasks } from "../runs/work-tasks.ts";

/** Requests that are shown in full. */
const SHOWN_REQUESTS = 5;

/** What a survey is made with. */
export interface SurveySurroundings {
  readonly run: SameRun | undefined;
  readonly wanted: number;
  readonly terminal: Terminal;
}

/** Reads the whole input and counts what would be asked. @throws UsageError for an input that cannot be read, or a template that does not fit it. */
export async function surveyInput(
  settings: WorkSettings & Pick<Settings, "progress">,
  { run, wanted, terminal }: SurveySurroundings,
): Promise<Survey> {
  using _heap = keepHeapSmall("many");
  const tasks = await openTasks(settings);
  if (settings.output.save !== undefined) checkedName(settings.output.save, tasks);
  using reading = showReading(settings, terminal);
  const { joined } = settings.step?.sharing ?? tasks.sharing ?? {};
  return await survey(joined === undefined ? tasks.batches : joined(tasks.batches), {
    duplicates: settings.request.duplicates,
    done: run?.done,
    first: SHOWN_REQUESTS,
    spread: wanted,
    seed: [randomInt(2 ** 32), randomInt(2 ** 32)],
    onRows: reading.note,
  });
}

/** The table or the book that is there and keeps a new run from beginning. */
export function obstacleOf(settings: WorkSettings, run: SameRun | undefined): string | undefined {
  const { input, output, crawl } = settings;
  // What came through standard input may belong to a run whose table this is.
  if (run !== undefined || (input.kind !== "urls" && input.path === "-")) return undefined;
  const book = output.existing === "refuse" ? crawl?.book?.path : undefined;
  if (run === undefined && book !== undefined && existsSync(book)) return book;
  const table = output.existing === "refuse" ? tableOf(settings) : undefined;
  return table !== undefined && existsSync(table.path) ? output.path : undefined;
}

/** What decides how long it takes and what it costs. */
export function planOptions(
  settings: WorkSettings,
  run: SameRun | undefined,
  recall: Recall,
): PlanOptions {
  const isSequential = settings.mode === "sequential";
  return {
    ...settings.caps,
    paid: run?.paid,
    rates: settings.session.limits?.rates ?? [],
    limits: isSequential
      ? { concurrency: 1, perHost: { most: 1, start: 1 } }
      : resolveLimits(settings.session),
    recall,
  };
}
