import type * as z from "zod";

import type { JobExpression } from "./job.ts";
import { word, wrong } from "./schema-words.ts";

/** An expression, or a function in a job of a program. Its grammar is checked when it is compiled. */
export function expression(): z.ZodType<JobExpression, JobExpression> {
  return word({ type: "string" }, (value) => {
    if (typeof value === "function") return undefined;
    if (typeof value !== "string") return wrong("an expression such as data.name", value);
    return value.trim() === "" ? "must be an expression such as data.name, not empty" : undefined;
  });
}
