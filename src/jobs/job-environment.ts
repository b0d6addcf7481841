import { JobFault } from "./job-faults.ts";
import { isMapping } from "./job-settings.ts";
import type { FieldPath } from "./field-place.ts";

/** Variables of the environment, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\{([A-Za-z_]\w*)\}/g;

/** The name under which templates find a variable of the environment. */
export function environmentVariable(name: string): string {
  return `env.${name}`;
}

/** The names in a text's `${NAME}`, in order. */
export function environmentNames(text: string): readonly string[] {
  return [...text.matchAll(REFERENCE)].map((match) => match[1]!);
}

/** A template in which `${NAME}` has become the variable `{env.NAME}`, so that its value is data and never a template. */
export function withEnvironmentVariables(text: string): string {
  return text.replaceAll(REFERENCE, (_, name: string) => `{${environmentVariable(name)}}`);
}

/** A JSON value whose strings are templates with variables of the environment. */
export function withEnvironment(value: unknown): unknown {
  if (typeof value === "string") return withEnvironmentVariables(value);
  if (Array.isArray(value)) return value.map(withEnvironment);
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withEnvironment(item)]),
  );
}

/** A text with the values of its `${NAME}`. @throws JobFault naming a variable that is not set. */
export function fillEnvironment(text: string, environment: Environment, path: FieldPath): string {
  return text.replaceAll(REFERENCE, (_, name: string) => valueOf(name, environment, path));
}

function valueOf(name: string, environment: Environment, path: FieldPath): string {
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (value !== undefined && value !== "") return value;
  const how = value === "" ? "is empty" : "is not set";
  throw new JobFault(path, `needs the environment variable ${name}, which ${how}`);
}

/** The names of all variables of the environment that a job names, and where it first does. */
export function findEnvironment(job: unknown): ReadonlyMap<string, FieldPath> {
  const found = new Map<string, FieldPath>();
  const visit = (value: unknown, path: FieldPath): void => {
    if (typeof value === "string") {
      for (const name of environmentNames(value)) if (!found.has(name)) found.set(name, path);
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(item, [...path, index]);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
    }
  };
  visit(job, []);
  return found;
}

/**
 * The values of variables of the environment, by the name that templates use.
 * @throws JobFault naming the first that is not set, where it is used.
 */
export function readEnvironment(
  used: ReadonlyMap<string, FieldPath>,
  environment: Environment,
): ReadonlyMap<string, string> {
  const values = [...used].map(
    ([name, path]) => [environmentVariable(name), valueOf(name, environment, path)] as const,
  );
  return new Map(values);
}
