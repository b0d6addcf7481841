import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { createRequest, refusedRequest, type HttpRequest } from "../core/request.ts";
import { plainRow, type Row } from "../core/row.ts";
import { checkText } from "../protocol/header-rules.ts";
import { refuse, type RequestMaker } from "../sources/request-maker.ts";
import { createRowLookup, type Lookup } from "../sources/row-lookup.ts";
import type { CompiledStep } from "./compile-step.ts";
import type { JobParams } from "./job-step.ts";
import { withQuery } from "./step-params.ts";

/** What a step's requests are made of beside its rows. */
export interface StepRequestOptions {
  /** `vars` and the environment, as `CompiledJob.constants` has them. */
  readonly constants: ReadonlyMap<string, unknown>;
  /** The job's own: files of bodies are beside it. */
  readonly folder: string;
}

/** The one row of a step that has none. */
export const NO_ROW: Row = { number: 1, line: 1, columns: [], values: [] };

/**
 * Makes the requests of a step, `NO_ROW` for one without rows. A row that gives none gets one that is
 * refused, with the reason; so does a row that would ask another server than the job names.
 */
export function createStepRequests(
  step: CompiledStep,
  { constants, folder }: StepRequestOptions,
): RequestMaker {
  const { url, paramsOf, headers, method, body, secretHeaders } = step;
  const origin = originOf(url, constants);
  const added = contentHeaders(step);
  const { lookup: inRow, turnTo } = createRowLookup();
  // What the user says comes first: an answer must not replace a host or a key.
  let params: JobParams = {};
  const lookup: Lookup = (name) => (constants.has(name) ? constants.get(name) : inRow(name));
  const lookupInUrl: Lookup = (name) => (Object.hasOwn(params, name) ? params[name] : lookup(name));
  const inUrl = new Set(url.variables);

  function urlOf(row: Row): string {
    if (paramsOf === undefined) return url.expand(lookup);
    params = {};
    params = paramsOf(plainRow(row));
    const others = Object.entries(params).filter(([name]) => !inUrl.has(name));
    return withQuery(url.expand(lookupInUrl), Object.fromEntries(others));
  }

  function make(row: Row): HttpRequest {
    turnTo(row);
    let text = url.text;
    try {
      text = urlOf(row);
      const request = createRequest({
        url: text,
        method,
        headers: [...filled(headers, lookup), ...added],
        body: bodyOf(body, lookup, folder),
        secretHeaders,
      });
      if (origin === undefined || request.origin === origin) return request;
      const words = `row ${row.number} would ask ${request.origin} instead of ${origin}`;
      return refusedRequest(text, words);
    } catch (error) {
      return refuse(error, text, row);
    }
  }

  return { make };
}

/** The origin that every row must keep; undefined where rows are to choose it. */
export function originOf(
  url: CompiledStep["url"],
  constants: ReadonlyMap<string, unknown>,
): string | undefined {
  const [one, other] = ["x", "y"].map(
    (row) => URL.parse(url.expand((name) => constants.get(name) ?? row))?.origin,
  );
  return one === other ? one : undefined;
}

function filled(headers: CompiledStep["headers"], lookup: Lookup): readonly string[] {
  return headers.flatMap(({ name, value }) => {
    const text = value.expand(lookup);
    checkText(text, `header ${name}`);
    return [name, text];
  });
}

/** The fields that go with a body, unless the step has its own. */
function contentHeaders({ body, headers }: CompiledStep): readonly string[] {
  if (body?.contentType === undefined) return [];
  const wanted = [["content-type", body.contentType]] as [string, string][];
  if (body.kind === "json") wanted.push(["accept", body.contentType]);
  const own = new Set(headers.map(({ name }) => name.toLowerCase()));
  return wanted.flatMap(([name, value]) => (own.has(name) ? [] : [name, value]));
}

function bodyOf(
  body: CompiledStep["body"],
  lookup: Lookup,
  folder: string,
): string | Uint8Array | undefined {
  if (body === undefined) return undefined;
  if (body.kind !== "file") return body.expand(lookup);
  const name = body.file.expand(lookup);
  // A row names a file beside the job or below; what a server answered must not choose another.
  const isBelow =
    body.file.variables.length === 0 || !/(?:^|[\\/])\.\.(?:[\\/]|$)|^[\\/]|^[a-z]:/i.test(name);
  if (!isBelow) throw new TypeError(`the file ${name} is not below the job's folder`);
  return readFileSync(resolve(folder, name));
}
