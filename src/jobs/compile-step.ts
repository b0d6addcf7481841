import { parseStatusSet, type StatusSet } from "../formats/quantity.ts";
import type { Selector } from "../formats/selector.ts";
import type { UrlTemplate } from "../formats/url-template.ts";
import { FRONTIER_COLUMNS } from "../sources/frontier-line.ts";
import { isSecretHeader } from "../protocol/header-rules.ts";
import { compileSaveName, URL_VARIABLES } from "./extract-saved.ts";
import type { FieldPath } from "./field-place.ts";
import { environmentNames } from "./job-environment.ts";
import { JobFault } from "./job-faults.ts";
import { limitsOf, type CompiledLimits } from "./job-limits.ts";
import type { OrderedStep, StepParents } from "./job-steps.ts";
import type { JobStep } from "./job-step.ts";
import type { Job, JobOutputs } from "./job.ts";
import { filterAt, picksAt, selectorAt, type CompiledPick } from "./step-answers.ts";
import { compileBody, type StepBody } from "./step-body.ts";
import { checkArchive, checkLinks, checkTogether } from "./step-checks.ts";
import { type CompiledCrawl, crawlAt } from "./step-crawl.ts";
import { compileHeaders, type StepHeader } from "./step-headers.ts";
import { batchAt, type CompiledBatch } from "./step-batch.ts";
import { type ParamsOfRow, paramsOfRow } from "./step-params.ts";
import { pagesAt, type CompiledPages } from "./step-pages.ts";
import { ruleAt, type CompiledRule } from "./step-rules.ts";
import { compileStepUrl } from "./step-url.ts";
import type { JobTable } from "./table-columns.ts";
import { checkVariables, compiledAt, type TemplateScope } from "./template-scope.ts";

/** A step whose every text is understood and whose every name is known. */
export interface CompiledStep {
  readonly id: string;
  /** Among the job's steps as written, from 0. */
  readonly index: number;
  /** As written, with what the job's top says for it. */
  readonly step: JobStep;
  readonly parents: StepParents;
  /** Whether no other step takes its rows: what the job's top says of outputs is for leaves. */
  readonly position: "leaf" | "inner";
  /** Columns of its rows; undefined where only answers will tell. */
  readonly columns: readonly string[] | undefined;
  /** The file of its rows, where it has one. */
  readonly table: JobTable | undefined;
  readonly filter: ((row: Readonly<Record<string, unknown>>) => boolean) | undefined;
  readonly method: string;
  /** Its variables are those of the row: `params` are filled in already. */
  readonly url: UrlTemplate;
  /** Values of variables, and further parameters of the query, that a function gives for each row. */
  readonly paramsOf: ParamsOfRow | undefined;
  readonly headers: readonly StepHeader[];
  /** Lower-case names of `headers` that hold secrets. */
  readonly secretHeaders: readonly string[];
  readonly body: StepBody | undefined;
  readonly each: Selector | undefined;
  readonly picks: readonly CompiledPick[];
  readonly pages: CompiledPages | undefined;
  readonly batch: CompiledBatch | undefined;
  /** Of a step that follows links. */
  readonly crawl: CompiledCrawl | undefined;
  readonly rules: readonly CompiledRule[];
  readonly accept: StatusSet | undefined;
  readonly limits: CompiledLimits;
}

/** What is known of the job around a step. */
export interface StepSurroundings {
  readonly job: Job;
  readonly scope: TemplateScope;
  readonly table: JobTable | undefined;
  /** The job's base with its variables filled in. */
  readonly base: string | undefined;
}

/** Compiles one step. @throws JobFault for the first thing in it that cannot be. */
export async function compileStep(
  ordered: OrderedStep,
  { job, scope, table, base }: StepSurroundings,
): Promise<CompiledStep> {
  const { id, index, parents, position } = ordered;
  const path = ["steps", index] as const;
  const step = ordered.position === "leaf" ? withOutputs(ordered.step, job) : ordered.step;
  checkTogether(step, path);
  checkArchive(step, (key) => (ordered.step[key] === undefined ? [key] : [...path, key]));
  const url = compileStepUrl(step, { base, path, scope });
  const headers = compileHeaders(job.headers, step.headers, path, scope);
  const body = compileBody(step, path, scope);
  await checkLinks(step, path);
  const crawl = crawlAt(step, path);
  const named = crawl === undefined ? scope : { ...scope, ...FOUND };
  checkSave(step, ordered.step.save === undefined ? [] : path, named);
  const pickPath = ordered.step.pick === undefined ? ["pick"] : [...path, "pick"];
  const { each, filter, rules = [], accept = job.accept } = step;
  return {
    id,
    index,
    step,
    parents,
    position,
    columns: scope.columns,
    table,
    filter: filter === undefined ? undefined : await filterAt(filter, [...path, "filter"]),
    method: step.method ?? (body === undefined ? "GET" : "POST"),
    url,
    paramsOf: typeof step.params === "function" ? paramsOfRow(step.params) : undefined,
    headers,
    secretHeaders: headers.map(({ name }) => name.toLowerCase()).filter(isSecretHeader),
    body,
    each: each === undefined ? undefined : await selectorAt(each, [...path, "each"]),
    picks: await picksAt(step.pick, pickPath),
    pages: await pagesAt(step.paginate, [...path, "paginate"]),
    batch: await batchAt(step, path, scope),
    crawl,
    rules: await Promise.all(rules.map((rule, at) => ruleAt(rule, [...path, "rules", at]))),
    accept: accept === undefined ? undefined : parseStatusSet(accept),
    limits: limitsOf(step.limits),
  };
}

/** What names of files may use in a crawl: what is known of each page and file. */
const FOUND = { columns: FRONTIER_COLUMNS, rows: "rows" } as const;

/** What the top of a job says of outputs is for the steps that no other takes rows from. */
function withOutputs(step: JobStep, { pick, output, save, keep }: JobOutputs): JobStep {
  return {
    ...(pick === undefined ? {} : { pick }),
    ...(output === undefined ? {} : { output }),
    ...(save === undefined ? {} : { save }),
    ...(keep === undefined ? {} : { keep }),
    ...step,
  };
}

function checkSave({ save }: JobStep, path: FieldPath, scope: TemplateScope): void {
  if (save === undefined) return;
  const at = [...path, "save"];
  if (environmentNames(save).length > 0) {
    throw new JobFault(at, "names the environment; the name of a file is no place for secrets");
  }
  const { variables } = compiledAt(at, () => compileSaveName(save));
  checkVariables(variables, at, scope, URL_VARIABLES);
}
