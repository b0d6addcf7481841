import { UsageError } from "../core/usage-error.ts";
import { parseFieldPath } from "../formats/field-path.ts";
import { compileSelector } from "../formats/selector.ts";
import { compileTextTemplate } from "../formats/text-template.ts";
import { visible } from "../formats/visible.ts";
import type { BatchPair, BatchTarget, CompiledBatch } from "../jobs/step-batch.ts";
import type { CompiledPages, CompiledPaging } from "../jobs/step-pages.ts";
import type { SharingOptions } from "../runs/request-sharing.ts";
import type { Values } from "./settings.ts";

/** Rows of one request at most. */
const MOST_ROWS = 10_000;

/**
 * Reads `--paginate` and `--batch`; undefined where each row is a request.
 * @throws UsageError for values that say nothing, or do not go together.
 */
export async function readSharing(values: Values): Promise<SharingOptions | undefined> {
  const kind = values.last("paginate");
  const size = values.last("batch");
  const parts = ["batch-into", "batch-pair", "batch-items"].filter((name) => values.has(name));
  if (size === undefined && parts.length > 0) {
    throw new UsageError(`--${parts[0]!} needs --batch N, the rows of one request`);
  }
  if (kind !== undefined && size !== undefined) {
    throw new UsageError("--paginate and --batch do not go together: a batch is one answer");
  }
  if (kind !== undefined) return { pages: pagesOf(kind), batch: undefined };
  return size === undefined
    ? undefined
    : { pages: undefined, batch: await readBatch(size, values) };
}

function pagesOf(kind: string): CompiledPages {
  return {
    paging: pagingOf(kind),
    items: undefined,
    key: undefined,
    maxPages: undefined,
    origins: [],
    parallel: undefined,
  };
}

function pagingOf(kind: string): CompiledPaging {
  if (kind === "link") return { kind: "link" };
  return kind === "page" || kind === "offset" || kind === "cursor"
    ? { kind: "auto", of: kind }
    : { kind: "auto" };
}

async function readBatch(size: string, values: Values): Promise<CompiledBatch> {
  const rows = /^[0-9]+$/.test(size) ? Number(size) : 0;
  if (rows < 2 || rows > MOST_ROWS) {
    throw new UsageError(
      `--batch ${visible(size)}: a batch is a number of rows from 2 to ${MOST_ROWS}`,
    );
  }
  const items = values.last("batch-items");
  const into = readTarget(values.last("batch-into"));
  return {
    size: rows,
    into,
    items: items === undefined ? undefined : await compileSelector(items),
    pair: readPair(values.last("batch-pair"), into),
  };
}

/** `name[]={name}`: a parameter that is repeated, and what of each row goes there. */
function readTarget(text: string | undefined): BatchTarget {
  if (text === undefined) return { as: "lists" };
  const equals = text.indexOf("=");
  if (equals < 1) {
    throw new UsageError(
      `--batch-into "${visible(text)}" is not written like 'name[]={name}': a parameter, and what of each row it takes`,
    );
  }
  const value = text.slice(equals + 1);
  if (compileTextTemplate(value).variables.length === 0) {
    throw new UsageError(`--batch-into "${visible(text)}" has no {column}: all rows would be one`);
  }
  return { as: "repeated", parameter: text.slice(0, equals), value };
}

/** Whose an answer is: in the order of the rows, or told by what stands at a path in each. */
function readPair(text: string | undefined, into: BatchTarget): BatchPair {
  if (text === undefined || text === "order") return { by: "order" };
  const item = parseFieldPath(text);
  if (item === undefined) {
    throw new UsageError(`--batch-pair "${visible(text)}" is neither order nor a path such as id`);
  }
  const row = into.as === "repeated" ? into.value : `{${item.at(-1)!}}`;
  return { by: "key", item, row: compileTextTemplate(row) };
}
