import { systemClock } from "../core/clock.ts";
import type { Outcome } from "../core/outcome.ts";
import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import { parsePicks } from "../formats/picks.ts";
import { compileSelector } from "../formats/selector.ts";
import { compileTextTemplate } from "../formats/text-template.ts";
import { extractAnswer } from "../jobs/extract-answer.ts";
import type { Extract } from "../jobs/extract.ts";
import { extractPicks, type PickedColumn } from "../jobs/extract-picks.ts";
import { extractSaved, URL_VARIABLES } from "../jobs/extract-saved.ts";
import type { MemoryQueueOptions } from "../queue/memory-queue.ts";
import { openFileSink } from "../sinks/file-sink.ts";
import { ordered } from "../sinks/ordered.ts";
import { savingSink } from "../sinks/saving-sink.ts";
import type { Sink } from "../sinks/sink.ts";
import { openTableSink } from "../sinks/table-sink.ts";
import type { Take } from "./pipeline.ts";
import { splitSaveTemplate } from "./save-template.ts";
import type { Settings } from "./settings.ts";
import type { OutputSettings, RecordFormat } from "./settings-output.ts";
import type { Tasks } from "./work-tasks.ts";

/** Where outcomes go: what becomes of each, and who takes it. */
export interface WorkOutput {
  readonly extract: Extract;
  readonly sink: Sink;
  readonly horizon: MemoryQueueOptions;
}

/** Records held back at most to restore the order of the input. */
const HORIZON = 50_000;

/** Opens the outputs of a run. @throws UsageError for an expression, a template or a file that cannot be. */
export async function openOutput(
  settings: Settings,
  tasks: Tasks,
  take: Take | undefined,
): Promise<WorkOutput> {
  const { output } = settings;
  const picks = await compilePicks(output.picks);
  const extract = extractOf(settings, picks, tasks);
  const records = await openRecords(settings, tasks, take);
  const files =
    output.save === undefined
      ? undefined
      : await openFileSink({ root: splitSaveTemplate(output.save).root, exists: output.existing });
  const saving = files === undefined ? records : savingSink(files.save, records);
  const isOrdered = output.order === "input";
  return {
    extract,
    sink: isOrdered ? ordered(saving) : saving,
    horizon: isOrdered ? { horizon: HORIZON } : {},
  };
}

async function compilePicks(texts: readonly string[]): Promise<readonly PickedColumn[]> {
  const picks = parsePicks(texts);
  return await Promise.all(
    picks.map(async ({ name, expression }) => ({
      name,
      selector: await compileSelector(expression),
    })),
  );
}

function extractOf(settings: Settings, picks: readonly PickedColumn[], tasks: Tasks): Extract {
  const { output, command } = settings;
  const body = output.save === undefined ? "in the record" : "left out";
  const extract =
    output.kind === "timing-table"
      ? extractOutcome
      : command === "get"
        ? extractAnswer({ picks, body })
        : extractPicks({ picks, meta: output.meta });
  if (output.save === undefined) return extract;
  const template = compileTextTemplate(splitSaveTemplate(output.save).template);
  const known = [...tasks.columns, ...URL_VARIABLES];
  for (const name of template.variables) {
    if (known.includes(name)) continue;
    throw new UsageError(`--save: there is no column "${name}"${didYouMean(name, known)}`);
  }
  return extractSaved(extract, template);
}

const OUTCOME = ["outcome"];

/** For those who take outcomes as they are. */
const extractOutcome: Extract = (_task, outcome) => ({
  outcome,
  record: { columns: OUTCOME, values: [outcome] },
});

async function openRecords(
  settings: Settings,
  tasks: Tasks,
  take: Take | undefined,
): Promise<Sink> {
  const { output } = settings;
  if (output.kind === "none") return NOWHERE;
  if (output.kind === "timing-table") {
    return { ...NOWHERE, write: (record) => take?.(record.values[0] as Outcome) };
  }
  const target =
    output.path === "-"
      ? { kind: "stream" as const, stream: process.stdout }
      : { kind: "file" as const, path: output.path, exists: output.existing };
  return await openTableSink(target, {
    format: formatOf(output, tasks),
    csv: output.csvCells,
    clock: systemClock,
  });
}

/** Without a name that says otherwise, the output has the form of the input. */
function formatOf(output: OutputSettings, tasks: Tasks): RecordFormat {
  const format = output.format ?? tasks.format ?? "jsonl";
  return format === "lines" ? "csv" : format;
}

const NOWHERE: Sink = {
  write() {},
  commit: () => Promise.resolve({ bytes: 0 }),
  close: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
