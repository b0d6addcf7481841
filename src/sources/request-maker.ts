import type { HeaderList } from "../core/headers.ts";
import { HookError } from "../core/hook-error.ts";
import { createRequest, type HttpRequest, refusedRequest } from "../core/request.ts";
import type { Row } from "../core/row.ts";
import { UsageError } from "../core/usage-error.ts";
import { whatThereIs } from "../formats/nearest.ts";
import {
  compileTextTemplate,
  templatesInJson,
  type TextTemplate,
} from "../formats/text-template.ts";
import { valueText } from "../formats/value-text.ts";
import { columnOfVariable, compileUrlTemplate, type UrlTemplate } from "../formats/url-template.ts";
import { parseJson, stringifyJson } from "../formats/json.ts";
import { checkText } from "../protocol/header-rules.ts";
import { createRowLookup, type Lookup } from "./row-lookup.ts";

/** What the request of each row looks like. */
export interface RequestShape {
  /** An RFC 6570 template over the row's columns. */
  readonly url: string;
  readonly method: string;
  /** Names, and values that may be text templates. */
  readonly headers: HeaderList;
  readonly secretHeaders: readonly string[];
  readonly body?: RequestBody | undefined;
  readonly idempotent?: boolean | undefined;
}

/** A body: `json` takes templates in its string values, `form` percent-encodes what it is given. */
export interface RequestBody {
  readonly kind: "json" | "form" | "text" | "bytes";
  readonly content: string | Uint8Array;
}

/** Makes the request of a row; a row that gives none gets one that is refused, with the reason. */
export interface RequestMaker {
  readonly make: (row: Row) => HttpRequest;
}

/** The table that the rows are from. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
}

/**
 * Compiles a shape once for all rows of a table.
 * @throws UsageError for a template that is none, or a variable that is no column.
 */
export function createRequestMaker(shape: RequestShape, table: Table): RequestMaker {
  const url = compileUrlTemplate(shape.url, { columns: table.columns });
  const headers = shape.headers.map((text, index) =>
    index % 2 === 1 && text.includes("{") ? compileTextTemplate(text) : text,
  );
  const hasHeaderTemplates = headers.some((header) => typeof header !== "string");
  const body = compileBody(shape.body);
  check(url.variables, "the URL template", table);
  for (const header of headers)
    if (typeof header !== "string") check(header.variables, "a header", table);
  if (body !== undefined) check(body.variables, "the body", table);
  const prefix = url.hostVariables === "none" ? originOf(url, shape.url) : undefined;
  const { lookup, turnTo } = createRowLookup();

  function make(row: Row): HttpRequest {
    turnTo(row);
    let text = shape.url;
    try {
      text = url.expand(lookup);
      const filled = hasHeaderTemplates ? fillHeaders(headers, lookup) : shape.headers;
      const request = createRequest({
        url: text,
        method: shape.method,
        headers: filled,
        body: body?.expand(lookup),
        secretHeaders: shape.secretHeaders,
        idempotent: shape.idempotent,
      });
      if (prefix !== undefined && request.origin !== prefix) {
        return refusedRequest(
          text,
          `row ${row.number} would ask ${request.origin} instead of ${prefix}`,
        );
      }
      return request;
    } catch (error) {
      return refuse(error, text, row);
    }
  }

  return { make };
}

/** @throws UsageError naming the first variable that is no column of the table. */
export function check(variables: readonly string[], where: string, table: Table): void {
  for (const name of variables) {
    if (columnOfVariable(name, table.columns) !== undefined) continue;
    const hint = whatThereIs(name, table.columns);
    throw new UsageError(`${table.name} has no column "${name}" (used in ${where})${hint}`);
  }
}

/** The origin that every row must keep: rows are data, they never choose the server. */
function originOf(template: UrlTemplate, text: string): string {
  const example = template.expand(() => "/x");
  const url = URL.parse(example);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`"${text}" is not an http or https URL template`);
  }
  return url.origin;
}

interface BodyTemplate {
  readonly variables: readonly string[];
  expand(lookup: Lookup): string | Uint8Array;
}

function compileBody(body: RequestBody | undefined): BodyTemplate | undefined {
  if (body === undefined) return undefined;
  const { kind, content } = body;
  if (typeof content !== "string") return { variables: [], expand: () => content };
  if (kind === "json") {
    const json = templatesInJson(parseJson(content));
    return { variables: json.variables, expand: (lookup) => stringifyJson(json.expand(lookup)) };
  }
  const text = compileTextTemplate(content);
  if (kind !== "form") return text;
  const encoded =
    (lookup: Lookup): Lookup =>
    (name) => {
      const value = lookup(name);
      return value === undefined || value === null ? value : encodeURIComponent(valueText(value));
    };
  return { variables: text.variables, expand: (lookup) => text.expand(encoded(lookup)) };
}

function fillHeaders(headers: readonly (string | TextTemplate)[], lookup: Lookup): string[] {
  return headers.map((header, index) => {
    if (typeof header === "string") return header;
    const value = header.expand(lookup);
    checkText(value, `header ${headerName(headers[index - 1])}`);
    return value;
  });
}

function headerName(name: string | TextTemplate | undefined): string {
  return typeof name === "string" ? name : (name?.text ?? "");
}

/** The request of a row that gives none, and why. */
export function refuse(error: unknown, text: string, row: Row): HttpRequest {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  const why =
    (error as NodeJS.ErrnoException).code === "ERR_INVALID_URL"
      ? `"${shown}" is no URL`
      : (error as Error).message;
  const code = error instanceof HookError ? "E_HOOK" : "E_URL";
  return refusedRequest(text, `row ${row.number}: ${why}`, code);
}
