import { UsageError } from "../../core/usage-error.ts";
import { planOf } from "../../jobs/plan.ts";
import type { Recall } from "../../jobs/planned-times.ts";
import { asSent } from "../as-sent.ts";
import type { CommandLine } from "../command-line.ts";
import { planToJson } from "../plan-json.ts";
import { planJob } from "../plan-job.ts";
import { planLines } from "../plan-lines.ts";
import { obstacleOf, planOptions, surveyInput } from "../plan-work.ts";
import { exitCodeOfSample, sampleSize, sentWords } from "../plan-sample.ts";
import type { PlannedWork, Sample } from "../planned-work.ts";
import { readText } from "../read-text.ts";
import { latencyOf } from "../request-latencies.ts";
import { rememberedLimits } from "../remembered-limits.ts";
import { findSameRun } from "../same-run.ts";
import { readSettings, type Settings } from "../settings.ts";
import { shownPath } from "../../runs/shown-path.ts";
import { shownAs, tellJson, tellLines } from "../tell-result.ts";
import type { Terminal } from "../terminal.ts";
import { sampleTable } from "../sample-table.ts";
import { compilePicks } from "../../runs/work-output.ts";
import { readRules } from "../../runs/work-rules.ts";

/**
 * `fanfetch plan get|map|crawl|run …`: what would be sent, how long it would take and what it would cost.
 * Sends nothing but the requests of `--sample`, and for pages of a crawl. `recall` tells what was learned of hosts.
 */
export async function plan(
  line: CommandLine,
  terminal: Terminal,
  recall: Recall = rememberedLimits(),
): Promise<number> {
  if (line.compared === "run") return await planJob(line, terminal, recall);
  if (line.compared === "crawl") {
    // The HTTP stack is loaded for those who send.
    const { planCrawl } = await import("../plan-crawl.ts");
    return await planCrawl(line, terminal, recall);
  }
  // --format belongs to the plan here; a table's own format is told by its name.
  const values = new Map([...line.values].filter(([name]) => name !== "format"));
  const settings = await readSettings(line.compared!, { ...line, values }, readText);
  const wanted = sampleSize(line);
  checkSample(settings, wanted);
  await readRules(settings);
  await compilePicks(settings.output.picks);
  const run = await findSameRun(settings);
  const found = await surveyInput(settings, { run, wanted, terminal });

  const options = planOptions(settings, run, recall);
  let planned = planOf(found, options);
  let sample: Sample | undefined;
  if (wanted > 0) {
    const most = planned.stop?.after ?? Number.POSITIVE_INFINITY;
    // The HTTP stack is loaded for those who send.
    const { sendSample } = await import("../send-sample.ts");
    const requests = found.spread.slice(0, most);
    sample = await sendSample(settings, requests, sampleTable(line, terminal));
    planned = planOf(found, { ...options, latencyMs: latencyOf(sample.latencies) });
  }
  const { input } = settings;
  const work: PlannedWork = {
    plan: planned,
    input: input.kind === "urls" ? undefined : input.path === "-" ? "stdin" : input.path,
    things: input.kind === "table" ? "rows" : "URLs",
    duplicates: settings.request.duplicates,
    run: run && shownPath(run.directory),
    obstacle: obstacleOf(settings, run),
    wait: settings.limits.wait,
    requests: asSent(settings, found.first),
    sample,
  };
  if (shownAs(line) === "json") await tellJson(terminal, planToJson(work));
  else {
    const gap = sample === undefined || sample.outcomes.length === 0 ? [] : [""];
    await tellLines(terminal, [
      ...gap,
      ...planLines(work),
      sentWords(sample === undefined ? [] : [sample]),
    ]);
  }
  return sample === undefined ? 0 : exitCodeOfSample(sample, terminal);
}

/** @throws UsageError for a sample of what would have its effect twice. */
function checkSample({ request }: Settings, wanted: number): void {
  if (wanted === 0 || request.duplicates === "asked once") return;
  throw new UsageError(
    `--sample would send ${request.method} requests that the run sends again; leave it out`,
  );
}
