import { isMapping } from "./job-settings.ts";
import type { Job } from "./job.ts";

/** A job of a program as a file would say it, and what a file cannot say. */
export interface ProgramJob {
  readonly data: unknown;
  /** Puts back what a file cannot say, once the rest was checked. */
  complete(checked: Job): Job;
}

/** Names the steps that a program refers to by themselves, and sets its functions of rows apart. */
export function programJob(data: unknown): ProgramJob {
  if (!isMapping(data) || !Array.isArray(data["steps"])) {
    return { data, complete: (checked) => checked };
  }
  const given = data["steps"] as readonly unknown[];
  const steps = given.map((step) => {
    if (!isMapping(step)) return step;
    const { params, for: parents, ...rest } = step;
    return {
      ...rest,
      ...(parents === undefined ? {} : { for: namedParents(parents) }),
      ...(params === undefined || typeof params === "function" ? {} : { params }),
    };
  });
  return {
    data: { ...data, steps },
    complete: (checked) => ({
      ...checked,
      steps: checked.steps.map((step, index) => {
        const params = (given[index] as Readonly<Record<string, unknown>>)["params"];
        return typeof params === "function" ? { ...step, params: params as never } : step;
      }),
    }),
  };
}

/** The ids of the steps that a `for` names, some by themselves. */
function namedParents(parents: unknown): unknown {
  if (Array.isArray(parents)) return parents.map(namedParents);
  if (!isMapping(parents)) return parents;
  if (typeof parents["url"] === "string") return parents["id"];
  return Object.fromEntries(
    Object.entries(parents).map(([kind, listed]) => [kind, namedParents(listed)]),
  );
}
