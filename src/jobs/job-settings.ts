import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import type { FieldPath, FieldPlaces } from "./field-place.ts";

/** Keys of a job that hold one value, and the mappings whose members do. */
const SETTABLE = ["name", "base", "accept", "cookies", "output", "save", "keep"] as const;
const LIMITS = [
  ...["concurrency", "perHost", "rate"],
  ...["timeout", "connectTimeout", "retries", "maxRetryAfter"],
].map((key) => `limits.${key}`);

/** A job's data with what `--set` changed, and where it was said. */
export interface ChangedJob {
  readonly data: unknown;
  readonly places: FieldPlaces;
}

/**
 * Puts `NAME=VALUE` into a job: a variable of `vars`, a key at the top that holds one value, or
 * `limits.KEY` and `headers.NAME`. The job itself is left as it is.
 * @throws UsageError for what is no assignment and for an unknown name, naming the nearest.
 */
export function applySettings(
  data: unknown,
  assignments: readonly string[],
  places: FieldPlaces,
): ChangedJob {
  if (assignments.length === 0 || !isMapping(data)) return { data, places };
  const changed: Record<string, unknown> = { ...data };
  const said = new Map<string, string>();
  for (const assignment of assignments) {
    const equals = assignment.indexOf("=");
    if (equals < 1) {
      throw new UsageError(`--set takes NAME=VALUE, not ${JSON.stringify(assignment)}`);
    }
    const name = assignment.slice(0, equals);
    const path = pathOf(name, data);
    set(changed, path, assignment.slice(equals + 1));
    said.set(JSON.stringify(path), `--set ${name}`);
  }
  return { data: changed, places: overlaid(places, said) };
}

function pathOf(name: string, data: Readonly<Record<string, unknown>>): FieldPath {
  const vars = isMapping(data["vars"]) ? Object.keys(data["vars"]) : [];
  if (vars.includes(name)) return ["vars", name];
  if ((SETTABLE as readonly string[]).includes(name)) return [name];
  if (LIMITS.includes(name)) return ["limits", name.slice("limits.".length)];
  if (/^headers\.[^.\s]+$/.test(name)) return ["headers", name.slice("headers.".length)];
  const bare = LIMITS.find((key) => key === `limits.${name}`);
  const hint = bare === undefined ? didYouMean(name, [...vars, ...SETTABLE, ...LIMITS]) : "";
  const also = bare === undefined ? "" : `; did you mean "${bare}"?`;
  const listed = `; there are ${[...vars, ...SETTABLE].join(", ")}`;
  throw new UsageError(`--set ${name}: the job has no such name${hint || also || listed}`);
}

function set(job: Record<string, unknown>, path: FieldPath, value: string): void {
  const [first, second] = path as readonly [string, string?];
  if (second === undefined) {
    job[first] = typedText(value);
    return;
  }
  const old = isMapping(job[first]) ? job[first] : {};
  // A variable that is a text stays one, whatever it looks like.
  const isText = first === "headers" || (first === "vars" && typeof old[second] === "string");
  job[first] = { ...old, [second]: isText ? value : typedText(value) };
}

/** A number or a boolean where the text is how it would be written. */
function typedText(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return text !== "" && String(Number(text)) === text && Number.isFinite(Number(text))
    ? Number(text)
    : text;
}

function overlaid(places: FieldPlaces, said: ReadonlyMap<string, string>): FieldPlaces {
  return {
    of(path, part) {
      for (let length = path.length; length > 0; length -= 1) {
        const found = said.get(JSON.stringify(path.slice(0, length)));
        if (found !== undefined) return found;
      }
      return places.of(path, part);
    },
    positionOf: (path) => places.positionOf(path),
  };
}

/** Whether a value is a mapping of names to values. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
