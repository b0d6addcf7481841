import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { hideInUrls } from "../formats/redact-url.ts";
import { visible } from "../formats/visible.ts";
import { compileJob, type CompiledJob, type CompileJobOptions } from "../jobs/compile-job.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import { readJob, readJobModule, type ReadJob } from "../jobs/job-file.ts";
import { inputDigest } from "../queue/input-digest.ts";
import type { CommandLine } from "./command-line.ts";
import type { JobIdentification } from "./job-auth.ts";
import { loadModule } from "./load-module.ts";
import { readText } from "./read-text.ts";
import type { Again } from "./work-retry.ts";
import { keptValues, type RunJob } from "./run-job.ts";

/** A job that is compiled, and what identifies its run. */
export interface AskedJob {
  readonly job: CompiledJob;
  /** The job file's own: what it names is beside it. */
  readonly folder: string;
  /** Digest of everything that decides what is asked and written, limits and secrets left out. */
  readonly identity: string;
  /** What begins the run again, for its directory and the journals of its steps. */
  readonly describes: RunJob;
  /** What was typed. */
  readonly line: Pick<CommandLine, "values">;
  readonly existing: "refuse" | "overwrite";
}

/** A job and the directory of its run. */
export interface JobRun extends AskedJob {
  readonly directory: string;
  /** Failures that are owed again, of the steps whose rows no other step takes. */
  readonly again: Again | undefined;
  /** Of an earlier run of the same job, whose answers are taken where they still stand. */
  readonly since: string | undefined;
  /** Who asks; undefined where a run is only read. */
  readonly who: JobIdentification | undefined;
  /** Tells a person what was found out on the way. */
  readonly say: (line: string) => void;
  /** The run of one step. */
  readonly directoryOf: (step: CompiledStep) => string;
  /** The rows that a step gives to others. */
  readonly rowsFileOf: (id: string) => string;
}

/** Everything that a run of a job keeps for a step is below this folder of its directory. */
export const STEPS_FOLDER = "steps";

/** Rows that a step gave to others, in its directory. */
export const ROWS_FILE = "rows.jsonl";

/** Reads and compiles the job that a command line names. Sends nothing. @throws UsageError */
export async function readAskedJob(
  line: CommandLine,
  environment: CompileJobOptions["environment"] = process.env,
): Promise<AskedJob> {
  const [file, ...more] = line.positionals;
  if (file === undefined) throw new UsageError("run needs a job file: fanfetch run JOB.yaml");
  if (more.length > 0) {
    throw new UsageError(`run takes one job file; "${visible(more[0]!)}" is too much`);
  }
  const folder = file === "-" ? process.cwd() : dirname(resolve(file));
  const read = await readJobOf(file, line.values.get("set") ?? []);
  const compiled = await compileJob(read, { folder, environment });
  const job = { ...compiled, steps: loginFirst(compiled) };
  hideInUrls(secretsIn(job));
  const withheld: string[] = [];
  const values = [...line.values].flatMap(([name, given]) => {
    const kept = keptValues(name, given, withheld);
    return kept === undefined ? [] : [[name, kept] as const];
  });
  return {
    job,
    folder,
    identity: identityOf(job),
    describes: {
      command: "run",
      positionals: [file],
      values,
      cwd: process.cwd(),
      title: titleOf(job, file),
      withheld,
    },
    line,
    existing: line.values.has("force") ? "overwrite" : "refuse",
  };
}

/** The job with the directory of its run. */
export function jobRunIn(directory: string, asked: AskedJob): JobRun {
  const places = new Map(asked.job.steps.map((step, at) => [step.id, placeOf(step.id, at)]));
  const directoryOf = (id: string): string => join(directory, STEPS_FOLDER, places.get(id)!);
  return {
    ...asked,
    directory,
    again: undefined,
    since: undefined,
    who: undefined,
    say: () => {},
    directoryOf: ({ id }) => directoryOf(id),
    rowsFileOf: (id) => join(directoryOf(id), ROWS_FILE),
  };
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

/** `2-player`: steps are told apart by their number, since a name may have any letters. */
function placeOf(id: string, at: number): string {
  const plain = id.replaceAll(/[^\w.-]+/g, "-").replaceAll(/^[-.]+|[-.]+$/g, "");
  return plain === "" ? `${at + 1}` : `${at + 1}-${plain.slice(0, 40)}`;
}

async function readJobOf(file: string, set: readonly string[]): Promise<ReadJob> {
  const name = visible(file);
  if (/\.[cm]?[jt]s$/.test(file)) {
    const path = resolve(file);
    if (!existsSync(path)) {
      throw new UsageError(`${name} cannot be read: there is no such file`);
    }
    return await readJobModule(await loadModule(path, name), { name, set });
  }
  const bytes = await readText(file);
  return await readJob(Buffer.from(bytes).toString("utf8"), { name, set });
}

/** `players.yaml → players/{name}.json`: where the answers of a job's last step go. */
function titleOf({ steps }: CompiledJob, file: string): string {
  const targets = steps.flatMap(({ step }) =>
    [step.output, step.save].filter((one) => one !== undefined),
  );
  const shown = targets.map((target) => (target === "-" ? "stdout" : target));
  return shown.length === 0 ? basename(file) : `${basename(file)} → ${shown.join(", ")}`;
}

/** The job without what only says how it is asked, and what its tables hold. */
function identityOf({ job, steps }: CompiledJob): string {
  const { limits: _limits, name: _name, $schema: _schema, ...deciding } = job;
  const what = {
    job: { ...deciding, steps: job.steps.map(({ limits: _own, ...step }) => step) },
    tables: steps.map(({ table }) => (table === undefined ? null : digestOf(table.path))),
    cwd: process.cwd(),
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
