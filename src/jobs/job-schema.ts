import * as z from "zod";

import { authSchema } from "./auth-schema.ts";
import { outputs, totals, values } from "./common-schema.ts";
import { anyText, keyed, named, nameWord, oneOf, statusSet, text, wrong } from "./schema-words.ts";
import { stepSchema } from "./step-schema.ts";

/** The whole of a job file. What refers from one place to another is checked by `compileJob`. */
export const jobSchema = keyed("a job", {
  $schema: text().optional().describe("Where editors find this schema"),
  name: text("a name").optional().describe("Names the run"),
  base: text("a URL").optional().describe("What relative URLs stand behind"),
  vars: named(values.scalarOrList, nameWord("a variable's name"))
    .optional()
    .describe("Values for templates, changed with --set NAME=VALUE"),
  headers: named(anyText()).optional().describe("Fields of every request"),
  limits: totals.optional().describe("How much at once, how long and how often"),
  accept: statusSet().optional().describe("Statuses that are answers, such as 2xx,404"),
  auth: authSchema.optional(),
  cookies: oneOf(["none", "keep"]).optional().describe("Whether cookies are sent back"),
  steps: z
    .array(stepSchema, { error: (issue) => wrong("a list of steps", issue.input) })
    .min(1, { error: "has no step" })
    .describe("What is asked, parents before children or in any order"),
  ...outputs,
});

/** The format as JSON Schema (draft 2020-12), for editors. */
export function jobJsonSchema(): object {
  const schema = z.toJSONSchema(jobSchema, { io: "input", unrepresentable: "any" });
  return { ...schema, title: "fanfetch job" };
}
