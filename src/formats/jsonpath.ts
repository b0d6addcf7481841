import { jsonpath, type JSONValue } from "json-p3";

import { UsageError } from "../core/usage-error.ts";
import { SelectError } from "./select-error.ts";

/**
 * A JSONPath query (RFC 9535) as a function of a JSON value: a query that can match one place only
 * (`$.a[0]`) gives the value there or null, any other the list of all it matches. Bigints are selected
 * as they are, but filters do not compare them.
 * @throws UsageError for a query that is none, with the position; the function throws SelectError where
 * the value is nested too deeply for it.
 */
export function compileJsonpath(text: string): (value: unknown) => unknown {
  let query: ReturnType<typeof jsonpath.compile>;
  try {
    query = jsonpath.compile(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const position =
      error instanceof jsonpath.JSONPathError ? ` at character ${error.token.index + 1}` : "";
    const what = error.message.replace(/ \('[^]*'?:\d+\)$/, "");
    throw new UsageError(`the expression ${text} is not JSONPath: ${what}${position}`, {
      cause: error,
    });
  }
  const single = query.singularQuery();
  return (value) => {
    try {
      // json-p3 types JSON without bigints, but hands on what it does not look into.
      const nodes = query.query(value as JSONValue);
      return single ? (nodes.values()[0] ?? null) : nodes.values();
    } catch (error) {
      if (!(error instanceof jsonpath.JSONPathError)) throw error;
      throw new SelectError(`${text}: ${error.message}`, { cause: error });
    }
  };
}
