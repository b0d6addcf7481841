import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import {
  compileTextTemplate,
  templatesInJson,
  type TextTemplate,
} from "../formats/text-template.ts";
import { columnOfVariable } from "../formats/url-template.ts";
import { withEnvironmentVariables } from "./job-environment.ts";
import { JobFault } from "./job-faults.ts";
import { isMapping } from "./job-settings.ts";
import type { FieldPath } from "./field-place.ts";

/** The names that the templates of one step may use. */
export interface TemplateScope {
  /** Columns of the step's rows; undefined where only the answers of its parents will tell. */
  readonly columns: readonly string[] | undefined;
  /** Whether the step has rows at all. */
  readonly rows: "rows" | "no rows";
  /** Columns that several parents have, with the names that tell them apart. */
  readonly shared: ReadonlyMap<string, readonly string[]>;
  /** Names of `vars`, and of the environment. */
  readonly constants: readonly string[];
}

/**
 * Compares a template's variables with what there will be.
 * @throws JobFault naming the first that there is not, and the nearest that there is.
 */
export function checkVariables(
  variables: readonly string[],
  path: FieldPath,
  scope: TemplateScope,
  also: readonly string[] = [],
): void {
  const { columns, shared, constants } = scope;
  const known = [...also, ...(columns ?? []), ...constants];
  for (const name of variables) {
    const choices = also.includes(name) ? undefined : shared.get(name);
    if (choices !== undefined) {
      const written = choices.map((choice) => `{${choice}}`).join(" or ");
      throw new JobFault(path, `has {${name}}, which several parents have; write ${written}`);
    }
    if (columnOfVariable(name, known) !== undefined || columns === undefined) continue;
    const offered = known.filter((one) => !one.startsWith("env."));
    const hint = didYouMean(name, offered) || listed(offered);
    const what = scope.rows === "rows" ? "no row has" : "nothing gives";
    throw new JobFault(path, `has {${name}}, which ${what}${hint}`);
  }
}

const MOST_LISTED = 12;

function listed(names: readonly string[]): string {
  if (names.length === 0) return "";
  const more = names.length > MOST_LISTED ? ", …" : "";
  return `; there are ${names.slice(0, MOST_LISTED).join(", ")}${more}`;
}

/** A text template of a job, its variables checked. @throws JobFault */
export function templateAt(
  text: string,
  path: FieldPath,
  scope: TemplateScope,
  also: readonly string[] = [],
): TextTemplate {
  const template = compiledAt(path, () => compileTextTemplate(withEnvironmentVariables(text)));
  checkVariables(template.variables, path, scope, also);
  return template;
}

/** What `compile` makes; its wrong use is a fault of the field at `path`. @throws JobFault */
export function compiledAt<Value>(path: FieldPath, compile: () => Value): Value {
  try {
    return compile();
  } catch (error) {
    throw faultAt(path, error);
  }
}

/** An error of a reader of texts as a fault of the field at `path`; any other error as it is. */
export function faultAt(path: FieldPath, error: unknown): unknown {
  if (!(error instanceof UsageError)) return error;
  return new JobFault(path, `: ${error.message.replaceAll("--pick", "pick")}`);
}

/** Checks each string of a JSON value where it stands, so that a fault names its own place. @throws JobFault */
export function checkStrings(value: unknown, path: FieldPath, scope: TemplateScope): void {
  if (typeof value === "string") {
    const template = compiledAt(path, () => templatesInJson(withEnvironmentVariables(value)));
    checkVariables(template.variables, path, scope);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkStrings(item, [...path, index], scope);
  } else if (isMapping(value)) {
    for (const [key, item] of Object.entries(value)) checkStrings(item, [...path, key], scope);
  }
}
