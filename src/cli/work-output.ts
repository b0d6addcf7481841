import { systemClock } from "../core/clock.ts";
import type { Outcome } from "../core/outcome.ts";
import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import { parsePicks } from "../formats/picks.ts";
import { compileSelector } from "../formats/selector.ts";
import { extractAnswer } from "../jobs/extract-answer.ts";
import type { Extract } from "../jobs/extract.ts";
import { extractPicks, type PickedColumn } from "../jobs/extract-picks.ts";
import {
  compileSaveName,
  extractSaved,
  type SaveName,
  URL_VARIABLES,
} from "../jobs/extract-saved.ts";
import type { MemoryQueueOptions } from "../queue/memory-queue.ts";
import type { Task } from "../queue/queue.ts";
import { type FileSink, openFileSink } from "../sinks/file-sink.ts";
import { createNullSink } from "../sinks/null-sink.ts";
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
  /** The tasks, their files' names claimed in the order of the input. */
  readonly batches: AsyncIterable<readonly Task[]>;
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
  const save = output.save === undefined ? undefined : splitSaveTemplate(output.save);
  const name = save && checkedName(save.template, tasks);
  const extract = extractOf(settings, picks);
  const records = await openRecords(settings, tasks, take);
  const files = save && (await openFileSink({ root: save.root, exists: output.existing }));
  const isOrdered = output.order === "input";
  // Saves overlap and end in any order: the order is restored behind them.
  const inOrder = isOrdered ? ordered(records) : records;
  const saving =
    files === undefined
      ? inOrder
      : savingSink((path, key, body) => files.save(path, key, body), inOrder);
  return {
    extract: name === undefined ? extract : extractSaved(extract, name),
    sink: saving,
    horizon: isOrdered ? { horizon: HORIZON } : {},
    batches:
      files === undefined || name === undefined
        ? tasks.batches
        : await claimed(tasks, files, name, output.existing),
  };
}

/** @throws UsageError for a variable that no row has. */
function checkedName(template: string, tasks: Tasks): SaveName {
  const name = compileSaveName(template);
  const known = [...tasks.columns, ...URL_VARIABLES];
  for (const variable of name.variables) {
    if (known.includes(variable)) continue;
    throw new UsageError(`--save: there is no column "${variable}"${didYouMean(variable, known)}`);
  }
  return name;
}

/** Inputs of up to this many rows have their files' names checked before anything is sent. */
const MOST_CLAIMED_FIRST = 20_000;

/**
 * Claims the name of each row's file before it is asked for, so that names are the same in every run.
 * Where they are few enough, all are claimed now.
 * @throws UsageError for a file that is there already and is not to be overwritten.
 */
async function claimed(
  tasks: Tasks,
  files: FileSink,
  name: SaveName,
  existing: OutputSettings["existing"],
): Promise<AsyncIterable<readonly Task[]>> {
  async function claim(task: Task): Promise<void> {
    const [path, key] = [name.pathOf(task), name.keyOf(task)];
    if (existing === "refuse" && (await files.has(path, key))) {
      const shown = files.claim(path, key);
      throw new UsageError(`${shown} exists and is not this run's; --force overwrites`);
    }
    files.claim(path, key);
  }
  async function* claiming(): AsyncGenerator<readonly Task[]> {
    for await (const batch of tasks.batches) {
      for (const task of batch) await claim(task);
      yield batch;
    }
  }
  if (tasks.total === undefined || tasks.total > MOST_CLAIMED_FIRST) return claiming();
  const all: (readonly Task[])[] = [];
  for await (const batch of claiming()) all.push(batch);
  async function* given(): AsyncGenerator<readonly Task[]> {
    yield* all;
  }
  return given();
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

function extractOf(settings: Settings, picks: readonly PickedColumn[]): Extract {
  const { output, command } = settings;
  if (output.kind === "timing-table") return extractOutcome;
  if (command === "map") return extractPicks({ picks, meta: output.meta });
  return extractAnswer({ picks, body: output.save === undefined ? "in the record" : "left out" });
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
  if (output.kind === "none") return createNullSink();
  if (output.kind === "timing-table") {
    return { ...createNullSink(), write: (record) => take?.(record.values[0] as Outcome) };
  }
  const target =
    output.path === "-"
      ? { kind: "stream" as const, stream: process.stdout }
      : {
          kind: "file" as const,
          path: output.path,
          exists: output.existing,
          inputs: inputsOf(settings),
        };
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

function inputsOf({ input }: Settings): readonly string[] {
  return input.kind === "urls" || input.path === "-" ? [] : [input.path];
}
