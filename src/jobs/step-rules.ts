import { parseDuration, parseSize } from "../formats/quantity.ts";
import type { Selector } from "../formats/selector.ts";
import type { FieldPath } from "./field-place.ts";
import type { JobRule } from "./job-answers.ts";
import { JobFault } from "./job-faults.ts";
import { selectorAt } from "./step-answers.ts";

/** Of which answers a rule speaks: those for which all that is given holds. */
export interface CompiledCondition {
  readonly status?: string;
  /** Field names, and what the value is, `*` for anything. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly bytes?: { readonly below?: number; readonly above?: number };
  /** A question about the body, known to be an expression. */
  readonly body?: string;
  readonly drift?: true;
}

/** A rule whose texts are known to be right. */
export interface CompiledRule {
  readonly when: CompiledCondition;
  /** The question about the body, where it is a function of a job of a program. */
  readonly asked: Selector | undefined;
  readonly then: JobRule["then"];
  readonly holdMs: number | undefined;
}

/** A rule, compiled. @throws JobFault for one without a condition, and for what belongs to `hold` alone. */
export async function ruleAt(rule: JobRule, path: FieldPath): Promise<CompiledRule> {
  const { when, status, headers, smaller, larger, drift, then, hold } = rule;
  const conditions = [when, status, headers, smaller, larger];
  if (conditions.every((condition) => condition === undefined) && drift !== true) {
    throw new JobFault(
      path,
      "asks nothing; give it when, status, headers, smaller, larger or drift",
    );
  }
  if (hold !== undefined && then !== "hold") {
    throw new JobFault([...path, "hold"], `says how long, but then is ${then}`, "key");
  }
  const selector = when === undefined ? undefined : await selectorAt(when, [...path, "when"]);
  const bytes = {
    ...(smaller === undefined ? {} : { below: parseSize(smaller) }),
    ...(larger === undefined ? {} : { above: parseSize(larger) }),
  };
  return {
    when: {
      ...(status === undefined ? {} : { status }),
      ...(headers === undefined ? {} : { headers }),
      ...(Object.keys(bytes).length === 0 ? {} : { bytes }),
      ...(typeof when === "string" ? { body: when } : {}),
      ...(drift === true ? { drift } : {}),
    },
    asked: typeof when === "function" ? selector : undefined,
    then,
    holdMs: hold === undefined ? undefined : parseDuration(hold),
  };
}
