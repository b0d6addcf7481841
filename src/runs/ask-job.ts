import { createHash } from "node:crypto";
import { basename, extname } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { hideInUrls } from "../formats/redact-url.ts";
import { visible } from "../formats/visible.ts";
import { compileJob, type CompiledJob, type CompileJobOptions } from "../jobs/compile-job.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import type { ReadJob } from "../jobs/job-file.ts";
import { inputDigest } from "../queue/input-digest.ts";
import type { JobOptions } from "./job-options.ts";
import type { RunJob } from "./run-settings.ts";

/** A job that is compiled, and what identifies its run. */
export interface AskedJob {
  readonly job: CompiledJob;
  /** The job file's own: what it names is beside it. */
  readonly folder: string;
  /** Digest of everything that decides what is asked and written, limits and secrets left out. */
  readonly identity: string;
  /** What begins the run again, for its directory and the journals of its steps. */
  readonly describes: RunJob;
  readonly options: JobOptions;
}

/** What surrounds a job that is asked for. */
export interface AskJobOptions extends CompileJobOptions {
  /** What begins it again; the title is that of its file or of the program. */
  readonly begins: Omit<RunJob, "title">;
  readonly options: JobOptions;
}

/** Compiles a job to be run: the step that logs in first, secrets hidden from now on. @throws UsageError */
export async function askJob(
  read: ReadJob,
  { folder, environment, begins, options }: AskJobOptions,
): Promise<AskedJob> {
  const compiled = await compileJob(read, { folder, environment });
  const job = { ...compiled, steps: loginFirst(compiled) };
  hideInUrls(secretsIn(job));
  const describes = { ...begins, title: titleOf(job, read.name) };
  return { job, folder, identity: identityOf(job, options), describes, options };
}

/** What the environment gave: it may stand in URLs, and is nobody's business there. */
function secretsIn({ constants }: CompiledJob): readonly string[] {
  return [...constants].flatMap(([name, value]) =>
    name.startsWith("env.") ? [String(value)] : [],
  );
}

/** The steps, the one that logs in before all others but those whose rows it needs. */
function loginFirst({ job, steps }: CompiledJob): readonly CompiledStep[] {
  const { auth } = job;
  if (auth?.kind !== "login") return steps;
  const first = new Set([auth.step]);
  for (const { id, parents } of steps.toReversed()) {
    if (first.has(id)) for (const parent of parents.ids) first.add(parent);
  }
  return [...steps.filter(({ id }) => first.has(id)), ...steps.filter(({ id }) => !first.has(id))];
}

/** `players.yaml → players/{name}.json`: where the answers of a job's last step go. */
function titleOf({ steps }: CompiledJob, file: string): string {
  const targets = steps.flatMap(({ step }) =>
    [step.output, step.save, step.merge].filter((one) => one !== undefined),
  );
  const shown = targets.map((target) => (target === "-" ? "stdout" : target));
  return shown.length === 0 ? basename(file) : `${basename(file)} → ${shown.join(", ")}`;
}

/** The job without what only says how it is asked, and what its tables hold. */
function identityOf({ job, steps }: CompiledJob, { absent }: JobOptions): string {
  const { limits: _limits, name: _name, $schema: _schema, ...deciding } = job;
  const what = {
    job: { ...deciding, steps: job.steps.map(({ limits: _own, ...step }) => step) },
    tables: steps.map(({ table }) => (table === undefined ? null : digestOf(table.path))),
    cwd: process.cwd(),
    absent,
  };
  const text = JSON.stringify(what, (_key, value: unknown) =>
    typeof value === "function" ? String(value) : value,
  );
  return createHash("sha256").update(text).digest("hex");
}

function digestOf(path: string): string {
  try {
    return inputDigest(path);
  } catch (error) {
    throw new UsageError(`${visible(path)} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The name of a job's run: the job's own, or its file's. */
export function nameOfJob({ job, describes }: AskedJob): string {
  const [file = ""] = describes.positionals;
  return job.name === "" ? basename(file, extname(file)) : job.name;
}
