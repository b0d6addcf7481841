import { UsageError } from "../../core/usage-error.ts";
import { exactMoney } from "../../formats/money.ts";
import { formatCount } from "../../formats/quantity.ts";
import { planOf } from "../../jobs/plan.ts";
import type { Recall } from "../../jobs/planned-times.ts";
import { asSent } from "../as-sent.ts";
import type { CommandLine } from "../command-line.ts";
import { exitCodeOfStop } from "../exit-code.ts";
import { haltWords } from "../../runs/halt-words.ts";
import { planToJson } from "../plan-json.ts";
import { planJob } from "../plan-job.ts";
import { planLines } from "../plan-lines.ts";
import { obstacleOf, planOptions, surveyInput } from "../plan-work.ts";
import { MOST_SAMPLED, type PlannedWork, type Sample } from "../planned-work.ts";
import { readText } from "../read-text.ts";
import { rememberedLimits } from "../remembered-limits.ts";
import { findSameRun } from "../same-run.ts";
import { createValues, readSettings, type Settings } from "../settings.ts";
import { whole } from "../settings-limits.ts";
import { shownPath } from "../../runs/shown-path.ts";
import { shownAs, tellJson, tellLines } from "../tell-result.ts";
import type { Terminal } from "../terminal.ts";
import { sampleTable } from "../sample-table.ts";
import { compilePicks } from "../../runs/work-output.ts";
import { readRules } from "../../runs/work-rules.ts";

/**
 * `fanfetch plan get|map …`: what would be sent, how long it would take and what it would cost. Sends
 * nothing but the requests of `--sample`. `recall` tells what was learned of hosts.
 */
export async function plan(
  line: CommandLine,
  terminal: Terminal,
  recall: Recall = rememberedLimits(),
): Promise<number> {
  if (line.compared === "run") return await planJob(line, terminal, recall);
  // --format belongs to the plan here; a table's own format is told by its name.
  const values = new Map([...line.values].filter(([name]) => name !== "format"));
  const settings = await readSettings(line.compared!, { ...line, values }, readText);
  const wanted = sampleSize(settings, line);
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
    const { sampleLatency, sendSample } = await import("../send-sample.ts");
    const requests = found.spread.slice(0, most);
    sample = await sendSample(settings, requests, sampleTable(line, terminal));
    planned = planOf(found, { ...options, latencyMs: sampleLatency(sample) });
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
    await tellLines(terminal, [...gap, ...planLines(work), sentWords(sample)]);
  }
  return sample === undefined ? 0 : exitCodeOfSample(sample, terminal);
}

/** 1 where a request failed; as a run's where the sample stopped itself or was interrupted. */
function exitCodeOfSample({ outcomes, halted, interrupted }: Sample, terminal: Terminal): number {
  if (interrupted !== undefined) return interrupted;
  if (halted !== undefined) {
    void terminal.stderr.write(`fanfetch: ${haltWords(halted)}\n`);
    return exitCodeOfStop(halted.reason);
  }
  return outcomes.some(({ kind }) => kind !== "answered") ? 1 : 0;
}

/** @throws UsageError for a sample of what would have its effect twice. */
function sampleSize({ request }: Settings, line: CommandLine): number {
  const wanted = whole(createValues(line), "sample", 1) ?? 0;
  if (wanted > MOST_SAMPLED) {
    throw new UsageError(`--sample sends at most ${formatCount(MOST_SAMPLED)} requests`);
  }
  if (wanted > 0 && request.duplicates === "each asked") {
    throw new UsageError(
      `--sample would send ${request.method} requests that the run sends again; leave it out`,
    );
  }
  return wanted;
}

function sentWords(sample: Sample | undefined): string {
  if (sample === undefined) return "nothing was sent";
  const { requests, cost } = sample;
  const paid = cost === undefined ? "" : ` for ${exactMoney(cost)}`;
  const were = requests === 1 ? "1 request was" : `${formatCount(requests)} requests were`;
  return `${were} sent${paid}; the answers are not kept`;
}
