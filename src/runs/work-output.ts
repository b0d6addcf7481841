import { relative } from "node:path";

import { systemClock } from "../core/clock.ts";
import type { Outcome } from "../core/outcome.ts";
import { parseJson } from "../formats/json.ts";
import { parsePicks } from "../formats/picks.ts";
import { compileSelector } from "../formats/selector.ts";
import { extractAnswer } from "../jobs/extract-answer.ts";
import { extractExchange } from "../jobs/extract-exchange.ts";
import type { Extract } from "../jobs/extract.ts";
import { extractPicks, type PickedColumn } from "../jobs/extract-picks.ts";
import type { MemoryQueueOptions } from "../queue/memory-queue.ts";
import type { Keeps } from "../queue/outcome-detail.ts";
import type { Task } from "../queue/queue.ts";
import type { ByteOutput } from "../sinks/byte-output.ts";
import { isQuarantined } from "./quarantine-file.ts";
import { openFileSink } from "../sinks/file-sink.ts";
import { createNullSink } from "../sinks/null-sink.ts";
import { ordered, type OrderedOptions } from "../sinks/ordered.ts";
import { saveBeside } from "./save-beside.ts";
import type { Sink } from "../sinks/sink.ts";
import { createTableSink, openTableSink } from "../sinks/table-sink.ts";
import { type HeldParts, heldRecord, packedRecord } from "./held-record.ts";
import type { Take } from "./pipeline.ts";
import { splitSaveTemplate } from "./save-template.ts";
import { headerOf, tellLeftOut } from "./left-out-columns.ts";
import type { WorkSettings } from "./work-settings.ts";
import type { RecordFormat } from "../formats/record-format.ts";
import { AS_USUAL } from "../jobs/file-settings.ts";
import type { OutputSettings } from "./output-settings.ts";
import type { CrawlWork } from "./crawl-work.ts";
import { openArchive } from "./work-archive.ts";
import { extractFiles } from "./work-files.ts";
import { checkedName, claimed, type ClaimedTasks, type Saving } from "./work-claims.ts";
import type { WorkRun } from "./work-run.ts";
import type { Tasks } from "./work-tasks.ts";

/** Where outcomes go: what becomes of each, and who takes it. */
export interface WorkOutput {
  readonly extract: Extract;
  readonly sink: Sink;
  readonly horizon: MemoryQueueOptions;
  /** The tasks, their files' names claimed in the order of the input. */
  readonly batches: AsyncIterable<readonly Task[]>;
  /** What of an answer is kept with the run. */
  readonly keeps: (task: Task, outcome: Outcome) => Keeps;
}

/** Who else has to do with the outputs. */
export interface OutputParts {
  readonly take?: Take | undefined;
  /** The run on disk, which may go on with what it wrote before. */
  readonly run?: WorkRun | undefined;
  /** For a crawl: where files go, and what records hold. */
  readonly crawl?: Pick<CrawlWork, "saving" | "records" | "keeps"> | undefined;
  /** Where records go in place of the output that the settings name; open already. */
  readonly records?: ByteOutput | undefined;
  /** Takes what a person is to hear. @default nobody hears it */
  readonly say?: ((line: string) => void) | undefined;
}

/** Characters of records that such a command holds at most: it has nothing to do but to write them. */
export const HELD_LENGTH = 64 * 1024;

/** Records held back at most to restore the order of the input. */
const HORIZON = 50_000;
/** The same where each is those of many items. */
const ITEMS_HORIZON = 20_000;

/** Opens the outputs of a run. @throws UsageError for an expression, a template or a file that cannot be. */
export async function openOutput(
  settings: WorkSettings,
  tasks: Tasks,
  parts: OutputParts = {},
): Promise<WorkOutput> {
  const { run } = parts;
  const { output } = settings;
  const asked = await compilePicks(output.picks);
  const picks = asked.length > 0 ? asked : (settings.picked ?? []);
  const { crawl } = parts;
  const save = crawl === undefined ? savingOf(output, tasks) : crawl.saving;
  const judge = crawl?.records(picks) ?? extractOf(settings, picks);
  const extract = output.kind === "archive" ? extractExchange(judge) : judge;
  await using opened = new AsyncDisposableStack();
  const records = opened.use(await openRecords(settings, { tasks, picks }, parts));
  const isOrdered = output.order === "input" && output.kind !== "none" && run?.order !== "appended";
  const table = isOrdered ? ordered(records, orderOf(run)) : records;
  const own = run?.files === "its own";
  const files =
    save &&
    opened.use(
      await openFileSink({
        root: save.root,
        exists: own ? "own" : output.existing,
        isOwn: save.isOwn,
        unchanged: run?.since === undefined ? "replaced" : "left",
        ...(run === undefined ? {} : { id: run.id }),
      }),
    );
  const { names, equal } = output.files ?? AS_USUAL;
  // What a server will call its files is not known before they come.
  const { batches, noted }: Claimed =
    files === undefined || save === undefined || names === "the server's"
      ? tasks
      : await claimed(tasks, {
          ...{ files, name: save.name, existing: own ? "own" : output.existing, run },
          input: inputsOf(settings).map((path) => relative(save.root, path))[0],
          missing: equal === "saved once" ? "let be" : "asked again",
        });
  // From here on they are the caller's, who disposes of the sink.
  opened.move();
  return {
    extract:
      files && save ? extractFiles(extract, settings, { saving: save, files, run }) : extract,
    sink: files === undefined ? table : saveBeside(files, table, noted),
    horizon: isOrdered
      ? { horizon: settings.step?.compiled.each === undefined ? HORIZON : ITEMS_HORIZON }
      : {},
    batches,
    keeps: crawl?.keeps ?? keepsOf(settings),
  };
}

/** Answers that a later run can ask about are kept as far as that needs it. */
function keepsOf({ output, step }: WorkSettings): WorkOutput["keeps"] {
  const keeps = output.keeps === "answers" || step === undefined ? output.keeps : "validators";
  const isSetApart = step?.compiled.rules.some(({ then }) => then === "quarantine") === true;
  if (keeps === "answers" || !isSetApart) return () => keeps;
  return (_task, outcome) => (isQuarantined(outcome) ? "answers" : keeps);
}

/** Where the files of `--save` go. @throws UsageError */
function savingOf({ save }: OutputSettings, tasks: Tasks): Saving | undefined {
  if (save === undefined) return undefined;
  const { root, template } = splitSaveTemplate(save);
  return { root, name: checkedName(template, tasks) };
}

/** Tasks, and when it is known that the names of their files are the run's own. */
type Claimed = Pick<Tasks, "batches"> & Partial<ClaimedTasks>;

/** Where the order of an earlier process goes on. */
function orderOf(run: WorkRun | undefined): OrderedOptions {
  if (run === undefined) return {};
  const held = run.journal.run.held.map(([row, text]) => ({
    row,
    record: heldRecord(parseJson(text) as HeldParts),
  }));
  return { next: run.nextInOrder, held, marks: "kept", pack: packedRecord };
}

export async function compilePicks(texts: readonly string[]): Promise<readonly PickedColumn[]> {
  const picks = parsePicks(texts);
  return await Promise.all(
    picks.map(async ({ name, expression }) => ({
      name,
      selector: await compileSelector(expression),
    })),
  );
}

function extractOf(settings: WorkSettings, picks: readonly PickedColumn[]): Extract {
  const { output, command } = settings;
  const { absent } = output;
  if (output.kind === "timing-table") return extractExchange();
  // What is picked later, of answers that were kept, is not what the step picks.
  if (settings.step !== undefined && picks.length === 0) return settings.step.extract;
  if (command === "map") return extractPicks({ picks, meta: output.meta, absent });
  const body = output.save === undefined ? "in the record" : "left out";
  return extractAnswer({ picks, body, absent });
}

async function openRecords(
  settings: WorkSettings,
  { tasks, picks }: { readonly tasks: Tasks; readonly picks: readonly PickedColumn[] },
  { take, run, records, say = () => {} }: OutputParts,
): Promise<Sink> {
  const { output } = settings;
  const marks = run === undefined ? "none" : "kept";
  if (output.kind === "none") return createNullSink({ marks });
  if (output.kind === "timing-table") {
    const none = createNullSink({ marks });
    return {
      ...none,
      async write(record, row) {
        await take?.(record.values[0] as Outcome);
        await none.write(record, row);
      },
    };
  }
  const form = {
    format: formatOf(output, tasks),
    csv: output.csvCells,
    columns: headerOf(settings, tasks.columns, picks),
    onColumnDropped: tellLeftOut(output.path, say),
  };
  if (output.kind === "archive") {
    if (run === undefined) throw new TypeError("an archive belongs to a run on disk");
    return await openArchive(settings, run, inputsOf(settings));
  }
  if (records !== undefined)
    return createTableSink(records, { ...form, mostHeldLength: HELD_LENGTH });
  // A table of which nothing was committed begins anew.
  const standing = run?.standing?.bytes === 0 ? undefined : run?.standing;
  const isOwn = run?.standing !== undefined || run?.since !== undefined;
  const exists = isOwn ? "overwrite" : output.existing;
  const target =
    output.path === "-"
      ? { kind: "stream" as const, stream: process.stdout }
      : {
          kind: "file" as const,
          path: output.path,
          exists,
          inputs: inputsOf(settings),
          ...(standing === undefined ? {} : { standing }),
        };
  return await openTableSink(target, {
    ...form,
    clock: systemClock,
    marks,
  });
}

/** Without a name that says otherwise, the output has the form of the input. */
export function formatOf(output: OutputSettings, tasks: Tasks): RecordFormat {
  const format = output.format ?? tasks.format ?? "jsonl";
  return format === "lines" ? "csv" : format;
}

function inputsOf({ input }: WorkSettings): readonly string[] {
  return input.kind === "urls" || input.path === "-" ? [] : [input.path];
}
