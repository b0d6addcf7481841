import { FAILURE_CODES } from "../core/failure.ts";
import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import { visible } from "../formats/visible.ts";
import { compileSaveName, type SaveName, URL_VARIABLES } from "../jobs/extract-saved.ts";
import type { Task } from "../queue/queue.ts";
import type { FileSink } from "../sinks/file-sink.ts";
import type { OutputSettings } from "./output-settings.ts";
import type { WorkRun } from "./work-run.ts";
import type { Tasks } from "./work-tasks.ts";

/** Where files go, and how they are called. */
export interface Saving {
  readonly root: string;
  readonly name: SaveName;
  /** Whether an earlier run of the same work saved a file at this path below the root. @default none did */
  readonly isOwn?: ((path: string) => boolean) | undefined;
}

/** @throws UsageError for a variable that no row has. */
export function checkedName(template: string, tasks: Tasks): SaveName {
  const name = compileSaveName(template);
  if (tasks.total === 0) return name;
  const known = [...tasks.columns, ...URL_VARIABLES];
  for (const variable of name.variables) {
    if (known.includes(variable)) continue;
    throw new UsageError(`--save: there is no column "${variable}"${didYouMean(variable, known)}`);
  }
  return name;
}

/** Inputs of up to this many rows have their files' names checked before anything is sent. */
const MOST_CLAIMED_FIRST = 20_000;

/** Tasks whose files have their names. */
export interface ClaimedTasks {
  readonly batches: AsyncIterable<readonly Task[]>;
  /** Resolves once it is durable that files under these names are the run's own. @throws DiskError */
  readonly noted: Promise<void>;
}

/**
 * Claims the name of each row's file before it is asked for, so that names are the same in every run.
 * Where they are few enough, all are claimed now.
 * @throws UsageError for a file that is there already and is not to be overwritten.
 */
export async function claimed(tasks: Tasks, claims: Claims): Promise<ClaimedTasks> {
  const { files, name, existing, input, run } = claims;
  async function claimAll(batch: readonly Task[]): Promise<void> {
    for (const task of batch) {
      if (name.isSaved?.(task) === false) continue;
      const path = files.claim(name.pathOf(task), name.keyOf(task));
      if (path === input) {
        throw new UsageError(`--save: ${visible(input)} is the input; give the files other names`);
      }
      const there = existing === "refuse" && files.has(path);
      // Most of the time nobody has to be waited for.
      if (there === false || !(there === true || (await there))) continue;
      throw new UsageError(`${path} exists and is not this run's; --force overwrites`);
    }
  }
  async function* claiming(): AsyncGenerator<readonly Task[]> {
    for await (const batch of tasks.batches) {
      await claimAll(batch);
      yield batch;
    }
  }
  const noteChecked = async (): Promise<void> => run?.journal.note({ checked: "true" });
  if (tasks.total === undefined || tasks.total > MOST_CLAIMED_FIRST) {
    return { batches: claiming(), noted: noteChecked() };
  }
  const all: (readonly Task[])[] = [];
  for await (const batch of claiming()) all.push(batch);
  const mayMiss = existing === "own" && claims.missing === "asked again";
  if (run !== undefined && mayMiss && run.table === undefined) {
    await askMissingAgain(all.flat(), claims, run);
  }
  async function* given(): AsyncGenerator<readonly Task[]> {
    yield* all;
  }
  return { batches: given(), noted: noteChecked() };
}

/** Answers whose files somebody took away are owed again. */
async function askMissingAgain(
  tasks: readonly Task[],
  { files, name }: Claims,
  { journal }: WorkRun,
): Promise<void> {
  const withoutFile = new Set(await journal.failedRows({ codes: FAILURE_CODES, statuses: [] }));
  const missing: number[] = [];
  for (const task of tasks) {
    const row = task.row.number;
    if (!journal.done.has(row) || withoutFile.has(row) || name.isSaved?.(task) === false) continue;
    const path = files.claim(name.pathOf(task), name.keyOf(task));
    if (!(await files.has(path))) missing.push(row);
  }
  if (missing.length > 0) await journal.takeBack(missing, {});
}

export interface Claims {
  readonly files: FileSink;
  readonly name: SaveName;
  readonly existing: OutputSettings["existing"] | "own";
  /** The file of the input as a path below the folder of the files. @default it is none */
  readonly input?: string | undefined;
  readonly run: WorkRun | undefined;
  /** What becomes of answers whose files are not there any more; where equal ones are saved once, most never were. */
  readonly missing: "asked again" | "let be";
}
