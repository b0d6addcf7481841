import { basename, join } from "node:path";

import type { CompiledStep } from "../jobs/compile-step.ts";
import type { AskedJob } from "../runs/ask-job.ts";
import { jobRunIn } from "../runs/job-run.ts";
import { openJob } from "../runs/open-job.ts";
import { splitSaveTemplate } from "../runs/save-template.ts";
import { stepSettings } from "../runs/step-settings.ts";
import type { CommandLine } from "./command-line.ts";
import { declaredBy, declaredTogether } from "./declared-limits.ts";
import { madeUpSite } from "./made-up-site.ts";
import { madeUpSteps } from "./made-up-steps.ts";
import { readAskedJob } from "./read-asked-job.ts";
import { cappedRequests, type Stage } from "./rehearsed-settings.ts";
import { noted, type RehearsedWork, type Rehearsing } from "./rehearsed-work.ts";
import { runWork } from "./run-work.ts";
import { createValues, readProgress } from "./settings.ts";

/** The work of a job: its steps one after the other, in a run below the rehearsal's folder. @throws UsageError */
export async function rehearsedJob(line: CommandLine): Promise<RehearsedWork> {
  const asked = await readAskedJob(line);
  const { steps } = asked.job;
  const progress = readProgress(createValues(line));
  const { title } = asked.describes;
  const anywhere = jobRunIn("", asked);
  const declared = steps.map((step) => ({
    ...declaredBy(stepSettings(step, anywhere)),
    answersAskedAgain: step.rules.some(({ then }) => then === "retry" || then === "hold")
      ? ("by a rule" as const)
      : ("never" as const),
  }));
  return {
    title,
    progress,
    declared: declaredTogether(declared),
    onFailure: asked.options.onFailure,
    rowsAtOnce: Math.max(...steps.map(({ batch }) => batch?.size ?? 1)),
    async answers(given) {
      const crawls = steps.flatMap(({ crawl }) => crawl ?? []);
      const others = steps.filter(({ crawl }) => crawl === undefined);
      if (crawls.length === 0) return given ?? madeUpSteps(asked.job);
      const site = await madeUpSite(crawls[0]!, given);
      if (others.length === 0) return site;
      const plain = given ?? madeUpSteps({ ...asked.job, steps: others });
      const starts = steps.flatMap((step) => {
        const { crawl } = stepSettings(step, anywhere);
        return crawl === undefined ? [] : crawl.starts.map((start) => new URL(start).pathname);
      });
      return (seen, seed) => (isOfSite(seen.path, starts) ? site : plain)(seen, seed);
    },
    run: (stage, how) => runJobAt(stage, how, { asked, line, title }),
  };
}

/** Whether a path belongs to the pages that are made up for a crawl. */
function isOfSite(path: string, starts: readonly string[]): boolean {
  return starts.includes(path) || /\/(?:made-up-|robots\.txt$|sitemap)/.test(path);
}

interface JobToRehearse {
  readonly asked: AskedJob;
  readonly line: CommandLine;
  readonly title: string;
}

async function runJobAt(
  stage: Stage,
  { terminal, notes }: Rehearsing,
  { asked, line, title }: JobToRehearse,
): Promise<number> {
  const { port, folder } = stage;
  const options = {
    ...asked.options,
    detour: { port },
    caps: cappedRequests(asked.options.caps),
  };
  const steps = asked.job.steps.map((step, at) => rehearsedStep(step, folder, `${at + 1}`));
  const now = { ...asked, options, job: { ...asked.job, steps } };
  await using job = await openJob(now, { directory: join(folder, "run") });
  const values = createValues(line);
  const summary = values.last("summary");
  const settings = {
    ...job.settings,
    output: { ...job.settings.output, path: "-", kind: "none" as const },
    progress: readProgress(values),
    summary: summary === undefined ? undefined : join(folder, basename(summary)),
    ...{ hints: [], onChange: "exit 0" as const },
  };
  return await runWork(
    async (progress, tally) => noted(await job.prepare(progress, tally), notes),
    settings,
    { terminal, title },
  );
}

/** A step that writes below a folder; `at` tells its files from those of others. */
function rehearsedStep(one: CompiledStep, folder: string, at: string): CompiledStep {
  const { output, save, merge } = one.step;
  const { crawl } = one;
  const into = (path: string): string => join(folder, `${at}-${basename(path)}`);
  const files = join(folder, "files", at);
  const step = {
    ...one.step,
    ...(output === undefined || output === "-" ? {} : { output: into(output) }),
    ...(output === "-" ? { output: join(folder, `${at}-stdout.jsonl`) } : {}),
    ...(save === undefined ? {} : { save: join(files, splitSaveTemplate(save).template) }),
    ...(merge === undefined ? {} : { merge: into(merge) }),
  };
  if (crawl === undefined) return { ...one, step };
  const book = crawl.book && { ...crawl.book, path: into(crawl.book.path) };
  const isFolder = crawl.folder !== undefined;
  return {
    ...one,
    step: isFolder ? { ...step, output: `${files}/` } : step,
    crawl: { ...crawl, book, folder: isFolder ? `${files}/` : undefined },
  };
}
