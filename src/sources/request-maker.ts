import type { HeaderList } from "../core/headers.ts";
import { createRequest, type HttpRequest, refusedRequest } from "../core/request.ts";
import type { Row } from "../core/row.ts";
import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import {
  compileTextTemplate,
  templatesInJson,
  type TextTemplate,
} from "../formats/text-template.ts";
import { compileUrlTemplate, type UrlTemplate } from "../formats/url-template.ts";
import { stringifyJson } from "../formats/json.ts";

/** What the request of each row looks like. */
export interface RequestShape {
  /** An RFC 6570 template over the row's columns. */
  readonly url: string;
  readonly method: string;
  /** Names, and values that may be text templates. */
  readonly headers: HeaderList;
  readonly secretHeaders: readonly string[];
  readonly body?: { readonly kind: "text" | "json"; readonly value: unknown } | undefined;
  readonly idempotent?: boolean | undefined;
}

/** Makes the request of a row; a row that gives none gets one that is refused, with the reason. */
export interface RequestMaker {
  readonly variables: readonly string[];
  make(row: Row): HttpRequest;
  /** @throws UsageError naming the first variable that is no column of the table. */
  check(columns: readonly string[], source: string): void;
}

// A template's variables as positions in the values, computed once per list of columns.
type Lookup = (name: string) => unknown;

/** Compiles a shape once for all rows. @throws UsageError for a template that is none. */
export function createRequestMaker(shape: RequestShape): RequestMaker {
  const url = compileUrlTemplate(shape.url);
  const headers = shape.headers.map((text, index) =>
    index % 2 === 1 && text.includes("{") ? compileTextTemplate(text) : text,
  );
  const hasHeaderTemplates = headers.some((header) => typeof header !== "string");
  const body = compileBody(shape.body);
  const variables = new Map<string, string>();
  const note = (names: readonly string[], where: string): void => {
    for (const name of names) if (!variables.has(name)) variables.set(name, where);
  };
  note(url.variables, "the URL template");
  for (const header of headers) if (typeof header !== "string") note(header.variables, "a header");
  if (body !== undefined) note(body.variables, "the body");
  const prefix = url.hostVariables === "none" ? originOf(url, shape.url) : undefined;

  let columns: readonly string[] = [];
  let positions = new Map<string, number>();
  let values: readonly unknown[] = [];
  const lookup: Lookup = (name) => {
    const position = positions.get(name);
    return position === undefined ? undefined : values[position];
  };

  function make(row: Row): HttpRequest {
    if (row.columns !== columns) {
      columns = row.columns;
      positions = new Map(columns.map((name, index) => [name, index]));
    }
    values = row.values;
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
      return refusedRequest(text, reasonOf(error, text, row));
    }
  }

  return {
    variables: [...variables.keys()],
    make,
    check(known, source) {
      for (const [name, where] of variables) {
        if (known.includes(name)) continue;
        const hint = didYouMean(name, known);
        throw new UsageError(`${source} has no column "${name}" (used in ${where})${hint}`);
      }
    },
  };
}

/** The origin that every row must keep: rows are data, they never choose the server. */
function originOf(template: UrlTemplate, text: string): string {
  const example = template.expand(() => "x");
  const url = URL.parse(example);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`"${text}" is not an http or https URL template`);
  }
  return url.origin;
}

interface BodyTemplate {
  readonly variables: readonly string[];
  expand(lookup: Lookup): string;
}

function compileBody(body: RequestShape["body"]): BodyTemplate | undefined {
  if (body === undefined) return undefined;
  if (body.kind === "text") return compileTextTemplate(String(body.value));
  const json = templatesInJson(body.value);
  return { variables: json.variables, expand: (lookup) => stringifyJson(json.expand(lookup)) };
}

// eslint-disable-next-line no-control-regex -- finding them is the point
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

function fillHeaders(headers: readonly (string | TextTemplate)[], lookup: Lookup): string[] {
  return headers.map((header, index) => {
    if (typeof header === "string") return header;
    const value = header.expand(lookup);
    if (CONTROL.test(value)) {
      throw new TypeError(`header ${String(headers[index - 1])} would hold a control character`);
    }
    return value;
  });
}

function reasonOf(error: unknown, text: string, row: Row): string {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return (error as NodeJS.ErrnoException).code === "ERR_INVALID_URL"
    ? `row ${row.number}: "${shown}" is no URL`
    : `row ${row.number}: ${(error as Error).message}`;
}
