import type { z } from "zod";

import { UsageError } from "../core/usage-error.ts";
import { formatField, type FieldPath, type FieldPlaces } from "./field-place.ts";

type Issue = z.core.$ZodIssue;

/** Something is wrong with one field of a job; the message is the predicate of a sentence about it. */
export class JobFault extends Error {
  override readonly name = "JobFault";
  readonly path: FieldPath;
  /** Whether it is the field's name that is wrong or what stands there. */
  readonly part: "key" | "value";

  constructor(path: FieldPath, message: string, part: "key" | "value" = "value") {
    super(message);
    this.path = path;
    this.part = part;
  }
}

/** The one sentence of a fault: `players.yaml:5:7: steps[0].eech is not a key of a step; did you …?`. */
export function sentenceOfFault(fault: JobFault, places: FieldPlaces): UsageError {
  const joint = fault.message.startsWith(":") ? "" : " ";
  // An expression may go over several lines; the sentence does not.
  const words = `${formatField(fault.path)}${joint}${fault.message}`.replaceAll(/\s*\n\s*/g, " ");
  return new UsageError(`${places.of(fault.path, fault.part)}: ${words}`, { cause: fault });
}

/**
 * The one fault to tell of those that a schema found: a key that nobody knows first, since it is often
 * the misspelt name of one that is missing; then the first in the text.
 */
export function faultOfIssues(issues: readonly Issue[], places: FieldPlaces): JobFault {
  const faults = issues.map((issue) => faultOf(issue, []));
  const ranked = faults.toSorted(
    (left, right) =>
      rankOf(left) - rankOf(right) || places.positionOf(left.path) - places.positionOf(right.path),
  );
  return ranked[0]!;
}

function rankOf(fault: JobFault): number {
  if (fault.part === "key") return 0;
  return fault.message === "is missing" ? 2 : 1;
}

function faultOf(issue: Issue, outer: FieldPath): JobFault {
  const path: FieldPath = [...outer, ...(issue.path as (string | number)[])];
  if (issue.code === "unrecognized_keys") {
    return new JobFault([...path, issue.keys[0]!], issue.message, "key");
  }
  if (issue.code === "invalid_key") {
    return new JobFault(path, issue.issues[0]?.message ?? issue.message, "key");
  }
  if (issue.code === "invalid_union") {
    const inner = closestBranch(issue.errors);
    if (inner !== undefined) return faultOf(inner, path);
    return new JobFault(path, issue.message);
  }
  return new JobFault(path, issue.message);
}

/** The issue of the alternative that was meant: the one that got deepest before it failed. */
function closestBranch(branches: readonly (readonly Issue[])[]): Issue | undefined {
  let best: Issue | undefined;
  let bestDepth = -1;
  for (const issues of branches) {
    const worst = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
    if (worst === undefined) continue;
    const isOtherType = worst.code === "invalid_type" && worst.path.length === 0;
    if (isOtherType && branches.length > 1) continue;
    const depth = worst.path.length + (worst.code === "unrecognized_keys" ? 1 : 0);
    if (depth <= bestDepth) continue;
    best = worst;
    bestDepth = depth;
  }
  return best;
}
