import { stringifyJson } from "../formats/json.ts";
import { templatesInJson, type TextTemplate } from "../formats/text-template.ts";
import { valueText } from "../formats/value-text.ts";
import { withEnvironment } from "./job-environment.ts";
import { JobFault } from "./job-faults.ts";
import type { JobStep } from "./job-step.ts";
import type { FieldPath } from "./field-place.ts";
import { checkStrings, templateAt, type TemplateScope } from "./template-scope.ts";

/** The body of a step's requests. */
export type StepBody =
  | {
      readonly kind: "text" | "json" | "form";
      /** The Content-Type that goes with it, unless the step has its own. */
      readonly contentType: string | undefined;
      expand(lookup: (name: string) => unknown): string;
    }
  /** Bytes of a file, whose name is relative to the job's folder. */
  | { readonly kind: "file"; readonly contentType: undefined; readonly file: TextTemplate };

const KINDS = ["body", "json", "form", "file"] as const;

/** The body that a step has. @throws JobFault for two of them, and for an unknown variable. */
export function compileBody(
  step: JobStep,
  path: FieldPath,
  scope: TemplateScope,
): StepBody | undefined {
  const given = KINDS.filter((kind) => step[kind] !== undefined);
  const [kind, other] = given;
  if (kind === undefined) return undefined;
  const at = [...path, kind];
  if (other !== undefined) {
    throw new JobFault([...path, other], `is a second body; the step has ${kind} already`, "key");
  }
  if (kind === "file") {
    return { kind, contentType: undefined, file: templateAt(step.file!, at, scope) };
  }
  if (kind === "body") {
    const template = templateAt(step.body!, at, scope);
    return { kind: "text", contentType: undefined, expand: (lookup) => template.expand(lookup) };
  }
  checkStrings(step[kind], at, scope);
  const template = templatesInJson(withEnvironment(step[kind]));
  if (kind === "json") {
    return {
      kind,
      contentType: "application/json",
      expand: (lookup) => stringifyJson(template.expand(lookup)),
    };
  }
  return {
    kind,
    contentType: "application/x-www-form-urlencoded",
    expand: (lookup) => formOf(template.expand(lookup)),
  };
}

/** Lists are repeated, null is left out. */
function formOf(fields: unknown): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(fields as object) as [string, unknown][]) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== null && item !== undefined) pairs.append(name, valueText(item));
    }
  }
  return pairs.toString();
}
