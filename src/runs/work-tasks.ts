import { open } from "node:fs/promises";
import { dirname, join } from "node:path";

import { createRequest, type HttpRequest } from "../core/request.ts";
import { cell, type Row } from "../core/row.ts";
import { UsageError } from "../core/usage-error.ts";
import { resolveLimits } from "../engine/resolve-limits.ts";
import { compileTextTemplate } from "../formats/text-template.ts";
import { valueText } from "../formats/value-text.ts";
import { formatOfName, type RowFormat } from "../formats/row-format.ts";
import { INPUT_FILE } from "../queue/input-copy.ts";
import type { Task } from "../queue/queue.ts";
import {
  check,
  createRequestMaker,
  refuse,
  type RequestMaker,
  type Table,
} from "../sources/request-maker.ts";
import { peekColumns, requestsOf } from "../sources/row-requests.ts";
import { cannotRead, openRows, type RowInput, type RowSource } from "../sources/row-source.ts";
import { peekFormat } from "../sources/sniff.ts";
import { type RequestSharing, shareRequests } from "./request-sharing.ts";
import { standardInput } from "./standard-input.ts";
import type { WorkSettings } from "./work-settings.ts";
import { checkUrl } from "../sources/check-url.ts";

/** What is to be asked, opened and checked as far as it can be. */
export interface Tasks {
  readonly total: number | undefined;
  /** The form of the input; undefined for URLs from the command line. */
  readonly format: RowFormat | undefined;
  /** Columns that rows have, as far as the first ones show. */
  readonly columns: readonly string[];
  readonly batches: AsyncIterable<readonly Task[]>;
  /** How rows and requests go together; undefined where each row is a request. */
  readonly sharing?: RequestSharing | undefined;
}

/** Where standard input is read from. */
export interface Stdin {
  /** The file that has it already; undefined where it is read now. */
  readonly file: string | undefined;
  /** Of an input that is a file: what is read in its place. @default the file */
  readonly copy?: string | undefined;
  /** Takes what is read now, to be read again. */
  readonly keep: (chunk: Uint8Array) => void;
}

/** Opens the input of a command. @throws UsageError */
export async function openTasks(settings: WorkSettings, stdin?: Stdin): Promise<Tasks> {
  const { input, crawl } = settings;
  if (settings.step !== undefined) return await settings.step.openTasks();
  if (crawl !== undefined && stdin?.file !== undefined) {
    const { storedCrawlTasks } = await import("./crawl-tasks.ts");
    return storedCrawlTasks(settings, dirname(stdin.file));
  }
  if (input.kind === "urls") return urlTasks(settings, input.urls);
  const { source, format } = await openInput(settings, stdin);
  const peeked = await peekColumns(source);
  const { columns } = peeked;
  if (columns === undefined) return { total: 0, format, columns: [], batches: nothing() };
  const maker =
    input.kind === "table"
      ? createRequestMaker(
          { ...settings.request, url: input.urlTemplate },
          { name: source.name, columns },
        )
      : { make: urlMaker(settings, columns, source) };
  const sharing = sharingOf(settings, maker, { name: source.name, columns });
  const make = sharing?.make ?? ((row: Row) => maker.make(row));
  return {
    total: source.total,
    format,
    columns,
    batches: requestsOf(peeked.source, make),
    sharing,
  };
}

/**
 * The input of a run on disk that is no stdin: a file is read, and its lines are checked, while the
 * journal opens. Undefined for others.
 */
export function tasksAhead(settings: WorkSettings): Promise<Tasks> | undefined {
  const { input, run, crawl } = settings;
  if (crawl !== undefined) return undefined;
  if (run.kind === "in memory" || (input.kind !== "urls" && input.path === "-")) return undefined;
  const tasks = openTasks(settings);
  tasks.catch(() => {});
  return tasks;
}

/** Opens the input of a run again, to read it. @throws UsageError */
export function openStoredTasks(settings: WorkSettings, directory: string): Promise<Tasks> {
  return openTasks(settings, { file: join(directory, INPUT_FILE), keep: () => {} });
}

/** @throws UsageError where a batch needs a column that the rows have not. */
function sharingOf(
  { sharing, mode, session }: WorkSettings,
  maker: RequestMaker,
  table: Table,
): RequestSharing | undefined {
  if (sharing === undefined) return undefined;
  const { into, pair } = sharing.batch ?? {};
  if (into?.as === "repeated") {
    check(compileTextTemplate(into.value).variables, "--batch-into", table);
  }
  if (pair?.by === "key") check(pair.row.variables, "--batch-pair", table);
  const mostAtOnce = mode === "sequential" ? 1 : resolveLimits(session).concurrency;
  return shareRequests(sharing, { maker, mostAtOnce });
}

/** An input without a row asks for nothing, whatever its columns would be. */
async function* nothing(): AsyncGenerator<never> {}

function urlTasks(settings: WorkSettings, urls: readonly string[]): Tasks {
  const columns = ["url"];
  const rows = urls.map((url, index) => ({
    number: index + 1,
    line: index + 1,
    columns,
    values: [url],
  }));
  const make = requestOfUrl(settings);
  const maker = { make: (row: Row) => make(row, 0) };
  async function* batches(): AsyncGenerator<readonly Task[]> {
    yield rows.map((row) => ({ row, request: maker.make(row) }));
  }
  const sharing = sharingOf(settings, maker, { name: "the URLs", columns });
  return { total: urls.length, format: undefined, columns, batches: batches(), sharing };
}

/** Requests of a list's URLs; a checked list has none that is no URL. */
function urlMaker(
  settings: WorkSettings,
  columns: readonly string[],
  source: RowSource,
): (row: Row) => HttpRequest {
  const name = urlColumn(columns);
  if (name === undefined && columns.length > 0) {
    const hint = `map ${source.name} '{+NAME}' asks for those of another`;
    throw new UsageError(`${source.name} has no column "url" to get; ${hint}`);
  }
  const make = requestOfUrl(settings);
  return (row) => make(row, row.columns.indexOf(urlColumn(row.columns) ?? ""));
}

/** The column that a list's URLs stand in: `url`, or the only one, unless that is a URL itself. */
function urlColumn(columns: readonly string[]): string | undefined {
  if (columns.includes("url")) return "url";
  const [only, ...others] = columns;
  return others.length === 0 && only?.includes("://") === false ? only : undefined;
}

function requestOfUrl(settings: WorkSettings): (row: Row, position: number) => HttpRequest {
  const { method, headers, secretHeaders, body } = settings.request;
  const shape = { method, headers, secretHeaders, body: body?.content };
  return (row, position) => {
    const url = valueText(row.values[position]);
    try {
      return createRequest({ url, ...shape });
    } catch (error) {
      return refuse(error, url, row);
    }
  };
}

async function openInput(
  settings: WorkSettings,
  stdin: Stdin | undefined,
): Promise<{ readonly source: RowSource; readonly format: RowFormat }> {
  const input = settings.input;
  if (input.kind === "urls" || input.kind === "step") throw new TypeError("this is no file");
  const declared = input.kind === "table" ? input.format : undefined;
  const fallback = input.kind === "list" ? "lines" : undefined;
  const checked = input.kind === "list" ? checkUrlRow : undefined;
  const named = declared ?? (input.path === "-" ? undefined : formatOfName(input.path));
  if (input.path === "-" && stdin?.file === undefined) {
    const name = "stdin";
    const peeked = await peekFormat(copied(standardInput(input), stdin), named ?? fallback);
    const rows: RowInput = { kind: "stream", name, chunks: peeked.chunks, format: peeked.format };
    return { source: await openRows(rows), format: peeked.format };
  }
  const path = input.path === "-" ? stdin!.file! : (stdin?.copy ?? input.path);
  const format = named ?? fallback ?? (await formatInFile(path));
  return { source: await openRows({ kind: "file", path, format }, checked), format };
}

/** The chunks of standard input, each kept before it is used. */
async function* copied(
  chunks: NodeJS.ReadableStream,
  stdin: Stdin | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of chunks) {
      const chunk = piece as Buffer;
      stdin?.keep(chunk);
      yield chunk;
    }
  } catch (error) {
    // Others are the copy's, which is written.
    const { syscall } = error as NodeJS.ErrnoException;
    throw syscall === "open" || syscall === "read" ? cannotRead("stdin", error) : error;
  }
}

/** @throws UsageError where a row of a checked list is no URL. */
function checkUrlRow(row: Row, name: string): void {
  const column = urlColumn(row.columns);
  if (column === undefined) return;
  try {
    checkUrl(valueText(cell(row, column)));
  } catch (error) {
    throw new UsageError(`${name}:${row.line}: ${(error as Error).message}`, { cause: error });
  }
}

/** The format that a file without a telling name has by its first bytes. @throws UsageError for a missing file. */
async function formatInFile(path: string): Promise<RowFormat> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4_096), 0, 4_096, 0);
    const peeked = await peekFormat([buffer.subarray(0, bytesRead)], undefined);
    return peeked.format;
  } catch (error) {
    throw cannotRead(path, error);
  }
}
