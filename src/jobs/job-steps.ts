import { didYouMean } from "../formats/nearest.ts";
import type { FieldPath } from "./field-place.ts";
import { JobFault } from "./job-faults.ts";
import type { JobParents, JobStep } from "./job-step.ts";

/** The steps whose rows a step is for, and how those of several meet. */
export interface StepParents {
  readonly kind: "none" | "one" | "product" | "zip";
  readonly ids: readonly string[];
}

/** A step's place in the job. */
export interface OrderedStep {
  readonly id: string;
  /** Among `steps` as written, from 0. */
  readonly index: number;
  readonly step: JobStep;
  readonly parents: StepParents;
  /** Whether no other step takes its rows. */
  readonly position: "leaf" | "inner";
}

/** The parents that a step's `for` names. */
export function parentsOf(given: JobParents | undefined): StepParents {
  if (given === undefined) return { kind: "none", ids: [] };
  if (typeof given === "string") return { kind: "one", ids: [given] };
  if ("zip" in given) return { kind: "zip", ids: given.zip };
  return { kind: "product", ids: "product" in given ? given.product : given };
}

/**
 * The steps with every parent before its children, otherwise as they are written. Steps without an id
 * are called `step1`, `step2` by their place.
 * @throws JobFault for two steps of one id, a parent that is none (naming the nearest), and steps that
 * wait for each other (naming them).
 */
export function orderSteps(steps: readonly JobStep[]): readonly OrderedStep[] {
  const ids = steps.map((step, index) => step.id ?? `step${index + 1}`);
  const indexes = new Map<string, number>();
  for (const [index, id] of ids.entries()) {
    const other = indexes.get(id);
    if (other !== undefined) {
      const words = `is "${id}", and so is that of steps[${other}]; every step has its own`;
      throw new JobFault(["steps", index, "id"], words);
    }
    indexes.set(id, index);
  }
  const parents = steps.map((step) => parentsOf(step.for));
  for (const [index, { ids: named }] of parents.entries()) {
    for (const [at, id] of named.entries()) {
      const path = pathOfParent(index, steps[index]!.for!, at);
      if (id === ids[index]) throw new JobFault(path, `is the step itself ("${id}")`);
      if (!indexes.has(id)) {
        const others = ids.filter((_, other) => other !== index);
        const hint = didYouMean(id, others) || listed(others);
        throw new JobFault(path, `names no step: "${id}"${hint}`);
      }
      if (named.indexOf(id) < at) throw new JobFault(path, `names "${id}" twice`);
    }
  }
  const taken = new Set(parents.flatMap(({ ids: named }) => named));
  return sorted(ids, parents, indexes).map((index) => ({
    id: ids[index]!,
    index,
    step: steps[index]!,
    parents: parents[index]!,
    position: taken.has(ids[index]!) ? "inner" : "leaf",
  }));
}

function listed(ids: readonly string[]): string {
  return ids.length === 0 ? "; the job has no other step" : `; there are ${ids.join(", ")}`;
}

/** Where one of the parents was written. */
function pathOfParent(index: number, given: JobParents, at: number): FieldPath {
  const path = ["steps", index, "for"] as const;
  if (typeof given === "string") return path;
  if ("zip" in given) return [...path, "zip", at];
  return "product" in given ? [...path, "product", at] : [...path, at];
}

/** Indexes in order; never recurses, since a job may have as many steps as a file holds. */
function sorted(
  ids: readonly string[],
  parents: readonly StepParents[],
  indexes: ReadonlyMap<string, number>,
): readonly number[] {
  const order: number[] = [];
  const placed = new Set<number>();
  const children = new Map<number, number[]>();
  const owed = parents.map(({ ids: named }) => named.length);
  for (const [index, { ids: named }] of parents.entries()) {
    for (const id of named) {
      const parent = indexes.get(id)!;
      children.set(parent, [...(children.get(parent) ?? []), index]);
    }
  }
  const ready = owed.flatMap((count, index) => (count === 0 ? [index] : []));
  for (let at = 0; at < ready.length; at += 1) {
    const index = ready[at]!;
    order.push(index);
    placed.add(index);
    for (const child of children.get(index) ?? []) {
      owed[child]! -= 1;
      if (owed[child] === 0) ready.push(child);
    }
  }
  if (order.length < ids.length) throw cycle(ids, parents, indexes, placed);
  return order;
}

/** The fault of steps that wait for each other, told at the first of them that is written. */
function cycle(
  ids: readonly string[],
  parents: readonly StepParents[],
  indexes: ReadonlyMap<string, number>,
  placed: ReadonlySet<number>,
): JobFault {
  // From any step that could not be placed, one parent after the other leads into a circle.
  let index = ids.findIndex((_, at) => !placed.has(at));
  const visited: number[] = [];
  while (!visited.includes(index)) {
    visited.push(index);
    index = parents[index]!.ids.map((id) => indexes.get(id)!).find((at) => !placed.has(at))!;
  }
  const circle = visited.slice(visited.indexOf(index));
  const first = Math.min(...circle);
  const turned = [
    ...circle.slice(circle.indexOf(first)),
    ...circle.slice(0, circle.indexOf(first)),
    first,
  ];
  const names = turned.map((at) => ids[at]!).join(" → ");
  return new JobFault(["steps", first, "for"], `waits for itself: ${names}`);
}
