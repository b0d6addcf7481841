import type { TextTemplate } from "../formats/text-template.ts";
import { checkHeader, isSecretHeader } from "../protocol/header-rules.ts";
import type { FieldPath } from "./field-place.ts";
import { JobFault } from "./job-faults.ts";
import { compiledAt, templateAt, type TemplateScope } from "./template-scope.ts";

/** One field of a step's requests. */
export interface StepHeader {
  readonly name: string;
  readonly value: TextTemplate;
}

type Headers = Readonly<Record<string, string>>;

/**
 * The fields of a step: the job's, each replaced where the step has one of its name in any case.
 * @throws JobFault for a name or a value that no field has, a secret in plain, an unknown variable.
 */
export function compileHeaders(
  job: Headers | undefined,
  step: Headers | undefined,
  path: FieldPath,
  scope: TemplateScope,
): readonly StepHeader[] {
  const found = new Map<string, StepHeader>();
  for (const [headers, at] of [
    [job, ["headers"]],
    [step, [...path, "headers"]],
  ] as const) {
    const own = new Set<string>();
    for (const [name, value] of Object.entries(headers ?? {})) {
      const where = [...at, name];
      const lower = name.toLowerCase();
      compiledAt(where, () => checkHeader(name, value, "the field"));
      if (own.has(lower)) throw new JobFault(where, "is there twice, in other letters", "key");
      own.add(lower);
      if (isSecretHeader(lower) && value !== "" && !value.includes("{")) {
        const variable = lower.replaceAll(/\W/g, "_").toUpperCase();
        const words = `holds a secret in plain; write \${${variable}} and set that variable`;
        throw new JobFault(where, words);
      }
      found.set(lower, { name, value: templateAt(value, where, scope) });
    }
  }
  return [...found.values()];
}
