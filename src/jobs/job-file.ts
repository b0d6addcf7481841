import { UsageError } from "../core/usage-error.ts";
import { placesOfModule, type FieldPlaces } from "./field-place.ts";
import { faultOfIssues, sentenceOfFault } from "./job-faults.ts";
import { applySettings, isMapping } from "./job-settings.ts";
import type { Job } from "./job.ts";
import { programJob } from "./program-job.ts";

/** A job of the right shape, and where its fields were written. */
export interface ReadJob {
  readonly job: Job;
  readonly places: FieldPlaces;
  /** The file, as messages name it. */
  readonly name: string;
}

/** Where a job is from. */
export interface ReadJobOptions {
  /** The file, as messages name it: `players.yaml`. */
  readonly name: string;
  /** `NAME=VALUE` of each `--set`. @default none */
  readonly set?: readonly string[];
}

/**
 * Reads a job file: YAML, or JSON as a part of it. What refers from one place of the job to another, and
 * every expression, is checked by `compileJob`.
 * @throws UsageError in one sentence that begins `name:line:column` and names the field and, where a
 * word is wrong, the nearest right one.
 */
export async function readJob(text: string, { name, set = [] }: ReadJobOptions): Promise<ReadJob> {
  const { readJobText } = await import("./job-text.ts");
  const read = readJobText(text, name);
  return await checkShape(read.data, read.places, { name, set });
}

/**
 * Reads the job of a program: what its module exports as `default` or as `job`.
 * @throws UsageError as `readJob`, without line and column.
 */
export async function readJobModule(
  exported: unknown,
  { name, set = [] }: ReadJobOptions,
): Promise<ReadJob> {
  const found = isMapping(exported) ? (exported["default"] ?? exported["job"]) : undefined;
  if (found === undefined) {
    throw new UsageError(`${name} exports no job; write export default defineJob({ … })`);
  }
  const program = programJob(found);
  const read = await checkShape(program.data, placesOfModule(name), { name, set });
  return { ...read, job: program.complete(read.job) };
}

async function checkShape(
  data: unknown,
  written: FieldPlaces,
  { name, set }: Required<ReadJobOptions>,
): Promise<ReadJob> {
  const changed = applySettings(data, set, written);
  const { places } = changed;
  const { jobSchema } = await import("./job-schema.ts");
  const checked = jobSchema.safeParse(changed.data);
  if (!checked.success) {
    throw sentenceOfFault(faultOfIssues(checked.error.issues, places), places);
  }
  return { job: checked.data as Job, places, name };
}
