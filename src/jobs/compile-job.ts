import { compileStep, type CompiledStep } from "./compile-step.ts";
import type { ReadJob } from "./job-file.ts";
import { JobFault, sentenceOfFault } from "./job-faults.ts";
import {
  environmentVariable,
  fillEnvironment,
  findEnvironment,
  readEnvironment,
  type Environment,
} from "./job-environment.ts";
import { totalsOf, type CompiledTotals } from "./job-limits.ts";
import { orderSteps, type OrderedStep } from "./job-steps.ts";
import type { Job } from "./job.ts";
import {
  columnsGiven,
  columnsOfRows,
  joinedColumns,
  type KnownColumns,
  type StepColumns,
} from "./step-columns.ts";
import { checkAuth, checkOutputs } from "./step-checks.ts";
import { columnsOfTable, tableOf, type JobTable } from "./table-columns.ts";
import { compiledAt, faultAt, templateAt, type TemplateScope } from "./template-scope.ts";

/** A job that is ready to run: every expression compiled, every name known, parents before children. */
export interface CompiledJob {
  readonly name: string;
  /** As read, with what `--set` changed; secrets are still names. */
  readonly job: Job;
  readonly limits: CompiledTotals;
  readonly steps: readonly CompiledStep[];
  /** What templates find beside a row's columns: `vars`, and the environment as `env.NAME`. */
  readonly constants: ReadonlyMap<string, unknown>;
}

/** What surrounds a job. */
export interface CompileJobOptions {
  /** The job's own: tables and bodies that it names are beside it. */
  readonly folder: string;
  /** `names only` checks a job without the values of its secrets. */
  readonly environment: Environment | "names only";
}

/**
 * Compiles a job, and checks every name in it against what there will be: steps, columns, variables,
 * files of rows, variables of the environment. Sends nothing.
 * @throws UsageError in one sentence, with the place of the field as the job's reader has it.
 */
export async function compileJob(read: ReadJob, options: CompileJobOptions): Promise<CompiledJob> {
  try {
    return await compile(read, options);
  } catch (error) {
    if (error instanceof JobFault) throw sentenceOfFault(error, read.places);
    throw error;
  }
}

async function compile(
  { job, name }: ReadJob,
  { folder, environment }: CompileJobOptions,
): Promise<CompiledJob> {
  const ordered = orderSteps(job.steps);
  checkAuth(job.auth, ordered);
  checkOutputs(ordered);
  const used = findEnvironment(job);
  const secrets = environment === "names only" ? [] : readEnvironment(used, environment);
  const vars = varsOf(job, environment);
  const constants = new Map<string, unknown>([...vars, ...secrets]);
  const names = [...vars.keys(), ...[...used.keys()].map(environmentVariable)];
  const base = baseOf(job, constants, names);
  const given = new Map<string, KnownColumns>();
  const steps: CompiledStep[] = [];
  for (const one of ordered) {
    const table = tableAt(one, folder);
    const { columns, shared } = await columnsOf(one, table, given, ordered);
    const isAlone = one.parents.kind === "none" && one.step.rows === undefined;
    const scope: TemplateScope = {
      columns,
      shared,
      rows: isAlone ? "no rows" : "rows",
      constants: names,
    };
    checkConstants(job, columns, one.id);
    given.set(one.id, columns);
    steps.push(await compileStep(one, { job, scope, table, base }));
  }
  return {
    name: job.name ?? withoutExtension(name),
    job,
    limits: totalsOf(job.limits),
    steps,
    constants,
  };
}

/** A variable would hide the column of its name. */
function checkConstants({ vars = {} }: Job, columns: KnownColumns, id: string): void {
  for (const name of Object.keys(vars)) {
    if (columns?.includes(name) !== true) continue;
    const words = `has the name of a column of the step "${id}"; call it otherwise`;
    throw new JobFault(["vars", name], words, "key");
  }
}

function withoutExtension(name: string): string {
  return name.replace(/^.*[\\/]/, "").replace(/\.[^.]+$/, "");
}

function varsOf(job: Job, environment: Environment | "names only"): ReadonlyMap<string, unknown> {
  const filled = Object.entries(job.vars ?? {}).map(([name, value]) => {
    const isText = typeof value === "string" && environment !== "names only";
    return [name, isText ? fillEnvironment(value, environment, ["vars", name]) : value] as const;
  });
  return new Map(filled);
}

/** The base with its variables filled in, so that no row ever chooses a host by it. */
function baseOf(
  { base }: Job,
  constants: ReadonlyMap<string, unknown>,
  names: readonly string[],
): string | undefined {
  if (base === undefined) return undefined;
  const path = ["base"];
  const template = templateAt(base, path, {
    columns: [],
    shared: new Map(),
    rows: "no rows",
    constants: names,
  });
  if (template.variables.some((name) => !constants.has(name))) return UNKNOWN_BASE;
  const text = template.expand((name) => constants.get(name));
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new JobFault(path, "is no http or https URL, such as https://api.example.com/v1");
  }
  if (url.username !== "" || url.password !== "") {
    throw new JobFault(path, "holds a user or a password; write them in auth, as ${NAME}");
  }
  if (/[{}]/.test(text)) throw new JobFault(path, "has a brace that is no variable's");
  return text;
}

/** Stands for a base that the environment gives, where only its names are known (RFC 2606). */
const UNKNOWN_BASE = "https://base.invalid";

function tableAt({ step, index }: OrderedStep, folder: string): JobTable | undefined {
  const { rows } = step;
  if (rows === undefined || Array.isArray(rows)) return undefined;
  const named = rows as Parameters<typeof tableOf>[0];
  return compiledAt(["steps", index, "rows"], () => tableOf(named, folder));
}

async function columnsOf(
  one: OrderedStep,
  table: JobTable | undefined,
  given: ReadonlyMap<string, KnownColumns>,
  all: readonly OrderedStep[],
): Promise<StepColumns> {
  const { step, index, parents } = one;
  if (parents.kind !== "none") {
    const joined = parents.ids.map((id) => {
      const parent = all.find((other) => other.id === id)!;
      return { id, columns: columnsGiven(parent, given.get(id), one) };
    });
    return joinedColumns(joined);
  }
  const shared = new Map<string, readonly string[]>();
  if (table === undefined) {
    const { rows } = step;
    return {
      columns: rows === undefined ? [] : columnsOfRows(rows as readonly unknown[] as never),
      shared,
    };
  }
  try {
    return { columns: await columnsOfTable(table), shared };
  } catch (error) {
    throw faultAt(["steps", index, "rows"], error);
  }
}
