import { createRequest, type HttpRequest } from "../core/request.ts";
import { cell, type Row } from "../core/row.ts";
import { UsageError } from "../core/usage-error.ts";
import { stringifyJson } from "../formats/json.ts";
import { encodeUnreserved } from "../formats/percent-encoding.ts";
import { compileTextTemplate, templatesInJson } from "../formats/text-template.ts";
import { bodyWith } from "./page-position.ts";

/** How the rows of a batch go into one request. Values are templates of one row: `{name}`. */
export type BatchInto =
  /** `?name[]=a&name[]=b` */
  | { readonly as: "repeated"; readonly parameter: string; readonly value: string }
  /** `?ids=a,b`; a value that contains the separator is refused. */
  | {
      readonly as: "joined";
      readonly parameter: string;
      readonly value: string;
      /** @default "," */
      readonly separator?: string | undefined;
    }
  /** A list in the JSON body, or the body itself; `value` is JSON of templates. */
  | {
      readonly as: "json";
      /** Path of the list in the body. @default the body is the list */
      readonly path?: string | undefined;
      readonly value: unknown;
    };

/** Makes the request for some rows from the one that has none of them yet. */
export interface BatchRequests {
  /** Columns that the rows must have. */
  readonly variables: readonly string[];
  /** @throws UsageError for a value that cannot be joined. */
  readonly requestFor: (rows: readonly Row[]) => HttpRequest;
}

/** Prepares how rows become one request. @throws UsageError for a template that is none. */
export function compileBatchRequests(base: HttpRequest, into: BatchInto): BatchRequests {
  if (into.as === "json") return jsonRequests(base, into);
  const template = compileTextTemplate(into.value);
  const parameter = encodeParameter(into.parameter);
  const valuesOf = (rows: readonly Row[]): readonly string[] =>
    rows.map((row) => template.expand((name) => cell(row, name)));
  const glue = base.url.includes("?") ? "&" : "?";
  const requestOf = (rows: readonly Row[], pairs: string): HttpRequest => {
    const url = `${base.url}${glue}${pairs}`;
    const key = base.body === undefined ? undefined : keyOf(base, rows);
    return createRequest({ ...base, url, key });
  };
  const { variables } = template;
  if (into.as === "repeated") {
    return {
      variables,
      requestFor: (rows) =>
        requestOf(
          rows,
          valuesOf(rows)
            .map((value) => `${parameter}=${encodeUnreserved(value)}`)
            .join("&"),
        ),
    };
  }
  const { separator = "," } = into;
  return {
    variables,
    requestFor(rows) {
      const values = valuesOf(rows);
      const split = values.findIndex((value) => value.includes(separator));
      if (split !== -1 && rows.length > 1) {
        const at = `row ${rows[split]!.number}`;
        throw new UsageError(
          `${at} contains "${separator}", by which the values of a batch are joined`,
        );
      }
      const written = values.map(encodeUnreserved).join(encodeURI(separator));
      return requestOf(rows, `${parameter}=${written}`);
    },
  };
}

/** What a variable of a template means for a batch: the values of all its rows, as a list. */
export function batchLookup(
  rows: readonly Row[],
): (name: string) => readonly unknown[] | undefined {
  return (name) => {
    const isColumn = rows.some((row) => row.columns.includes(name));
    return isColumn ? rows.map((row) => cell(row, name) ?? null) : undefined;
  };
}

function jsonRequests(
  base: HttpRequest,
  { path, value }: Extract<BatchInto, { readonly as: "json" }>,
): BatchRequests {
  const template = templatesInJson(value);
  return {
    variables: template.variables,
    requestFor(rows) {
      const list = rows.map((row) => template.expand((name) => cell(row, name)));
      const body =
        path === undefined ? stringifyJson(list) : bodyWith(base.body, `json:${path}`, list);
      return createRequest({ ...base, body, key: keyOf(base, rows) });
    },
  };
}

/** Names the request by its rows, since its URL does not. */
function keyOf({ key }: HttpRequest, rows: readonly Row[]): string {
  const numbers = rows.map((row) => row.number);
  const isRange = numbers.every((number, index) => number === numbers[0]! + index);
  if (rows.length === 1) return `${key} row ${numbers[0]}`;
  return `${key} rows ${isRange ? `${numbers[0]}–${numbers.at(-1)}` : numbers.join(",")}`;
}

/** Brackets stay: servers that read `name[]` as a list do not all decode it first. */
function encodeParameter(name: string): string {
  return encodeUnreserved(name).replaceAll("%5B", "[").replaceAll("%5D", "]");
}
