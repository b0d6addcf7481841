import { basename, join, relative, resolve } from "node:path";

import { createRequest } from "../core/request.ts";
import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import { formatCount } from "../formats/quantity.ts";
import { redactUrl } from "../formats/redact-url.ts";
import { visible } from "../formats/visible.ts";
import { compileSaveName } from "../jobs/extract-saved.ts";
import type { OutcomeDetail } from "../queue/outcome-detail.ts";
import { storedJson } from "../queue/stored-json.ts";
import type { JournalStore } from "../queue/journal-store.ts";
import type { Task } from "../queue/queue.ts";
import { detailsInOrder } from "../report/detail-reader.ts";
import { createClaimedNames } from "../sinks/claimed-names.ts";
import { splitSaveTemplate } from "../runs/save-template.ts";
import type { StoredInput } from "./stored-input.ts";

/** A row that was looked for, as far as the input still tells of it. */
export interface FoundRow {
  readonly row: number;
  readonly task: Task | undefined;
  /** Where its answer was saved, or would be. */
  readonly file: string | undefined;
}

/** Rows of a key: one, or several whose numbers are told. */
export type FoundRows =
  | ({ readonly kind: "one" } & FoundRow)
  | { readonly kind: "several"; readonly rows: readonly number[]; readonly count: number };

/** Rows of one key that are told by number. */
const MOST_ROWS = 100;

/** Names that a wrong one is compared with. */
const MOST_CANDIDATES = 20_000;

/** A key as it was typed, and the forms in which it may be meant. */
export interface RowKey {
  readonly text: string;
  /** The number of a row; undefined where it names a request or a file. */
  readonly row: number | undefined;
  readonly urls: ReadonlySet<string>;
  /** Absolute paths. */
  readonly paths: ReadonlySet<string>;
}

/** Reads a key: `17`, `18,242`, a URL, a request's key, a file. Relative paths are meant from here. */
export function readRowKey(text: string): RowKey {
  const row = /^\d+(?:[,_]\d{3})*$/.test(text) ? Number(text.replaceAll(/[,_]/g, "")) : undefined;
  const urls = new Set([text]);
  try {
    urls.add(createRequest({ url: text }).url);
  } catch {
    // No URL: a key of another form.
  }
  return { text, row, urls, paths: new Set([resolve(text)]) };
}

/** Finds what a key names. @throws UsageError where that is nothing, naming the nearest. */
export async function findRows(
  store: JournalStore,
  input: StoredInput,
  key: RowKey,
): Promise<FoundRows> {
  if (input.kind === "gone") return findInJournal(store, key, input.why);
  const { settings, tasks } = input;
  const { save } = settings.output;
  const { root, template } = splitSaveTemplate(save ?? "");
  const name = save === undefined ? undefined : compileSaveName(template);
  const names = createClaimedNames();
  const detailOf = settings.output.files && detailsInOrder(store);
  const candidates: string[] = [];
  const rows: number[] = [];
  let [first, count, last]: [FoundRow | undefined, number, number] = [undefined, 0, 0];
  for await (const batch of tasks.batches) {
    for (const task of batch) {
      const row = task.row.number;
      last = row;
      // Claimed for every row: a name depends on those before it.
      const claimed = name && names.claim(name.pathOf(task), name.keyOf(task));
      const file = claimed && join(root, detailOf?.(row)?.saved?.file ?? claimed);
      if (key.row !== undefined) {
        if (row === key.row) return { kind: "one", row, task, file };
        continue;
      }
      if (isNamed(task, key) || (file !== undefined && isFile(file, root, key))) {
        first ??= { row, task, file };
        count += 1;
        if (rows.length < MOST_ROWS) rows.push(row);
      } else if (candidates.length < MOST_CANDIDATES) {
        candidates.push(redactUrl(task.request.url));
        if (file !== undefined) candidates.push(relative(root, file));
      }
    }
  }
  if (key.row !== undefined) throw noSuchRow(key.row, last);
  if (first === undefined) {
    const shown = visible(redactUrl(key.text));
    const hint = didYouMean(key.text, candidates) || didYouMean(basename(key.text), candidates);
    throw new UsageError(`no row of the run is "${shown}"${visible(hint)}`);
  }
  return count === 1 ? { kind: "one", ...first } : { kind: "several", rows, count };
}

function isNamed({ request }: Task, { urls }: RowKey): boolean {
  const { key, url } = request;
  return urls.has(key) || urls.has(url) || urls.has(redactUrl(url));
}

function isFile(file: string, root: string, { text, paths }: RowKey): boolean {
  if (paths.has(file) || basename(file) === text) return true;
  return relative(root, file) === text || file === resolve(text);
}

/** Without its input a run knows rows by number, and the URLs of those that failed or were redirected. */
function findInJournal(store: JournalStore, key: RowKey, why: string): FoundRows {
  const unknown = { task: undefined, file: undefined };
  if (key.row !== undefined) {
    const total = store.fact<number>("total");
    if (key.row < 1 || (total !== undefined && key.row > total))
      throw noSuchRow(key.row, total ?? 0);
    return { kind: "one", row: key.row, ...unknown };
  }
  const urls = new Set([...key.urls].map((url) => redactUrl(url)));
  const rows: number[] = [];
  let count = 0;
  for (const found of store.database
    .prepare("SELECT row, text FROM detail ORDER BY row")
    .iterate()) {
    const { url } = storedJson<OutcomeDetail>(found["text"], "what it keeps of a row");
    if (!urls.has(url)) continue;
    count += 1;
    if (rows.length < MOST_ROWS) rows.push(found["row"] as number);
  }
  if (count === 0) {
    const shown = visible(redactUrl(key.text));
    throw new UsageError(
      `no failed row is "${shown}"; name others by number, since ${visible(why)}`,
    );
  }
  return count === 1
    ? { kind: "one", row: rows[0]!, ...unknown }
    : { kind: "several", rows, count };
}

function noSuchRow(row: number, last: number): UsageError {
  const rows = last === 1 ? "1 row" : `${formatCount(last)} rows`;
  return new UsageError(`there is no row ${formatCount(row)}; the run has ${rows}`);
}
