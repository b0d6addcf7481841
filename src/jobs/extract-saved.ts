import type { HttpResponse } from "../core/response.ts";
import { cell, type Row } from "../core/row.ts";
import { compileTextTemplate, type TextTemplate } from "../formats/text-template.ts";
import { parseHttpDate } from "../protocol/http-date.ts";
import type { Task } from "../queue/queue.ts";
import type { SavedBody } from "../sinks/sink.ts";
import type { Extract } from "./extract.ts";

/** What a file name may name beside the row's columns. */
export const URL_VARIABLES: readonly string[] = ["url", "host", "basename", "number"];

/** Names the file of each row's answer. */
export interface SaveName {
  readonly variables: readonly string[];
  /** Folders and a file. A `/` in a value is a character of the name, never a folder. */
  pathOf(task: Task): readonly string[];
  /** Tells the file of this row from another row's of the same name. */
  keyOf(task: Task): string;
  /** Whether an answer of this row is saved at all. @default every one is */
  readonly isSaved?: ((task: Task) => boolean) | undefined;
}

/** How bodies are saved. */
export interface SavedOptions {
  /** The time that a file was changed. @default "of saving" */
  readonly times?: "of saving" | "the server's" | undefined;
}

/** Reads a template of file names, such as `{team}/{name|underscore}.json`. @throws UsageError */
export function compileSaveName(text: string): SaveName {
  const parts: TextTemplate[] = text.split("/").map(compileTextTemplate);
  return {
    variables: [...new Set(parts.flatMap((part) => part.variables))],
    pathOf: ({ row, request }) =>
      parts.map((part) => part.expand((name) => valueOf(name, row, request.url))),
    keyOf: ({ row, request }) => `${request.key}\n${row.number}`,
  };
}

/** When the server says that it changed what it sent; nothing where it does not say (RFC 9110 §8.8.2). */
export function modifiedAt(response: HttpResponse): Pick<SavedBody, "modifiedMs"> {
  const field = response.header("last-modified");
  const modifiedMs = field === undefined ? undefined : parseHttpDate(field, Date.now());
  return modifiedMs === undefined ? {} : { modifiedMs };
}

/** Adds to each record the body of an acceptable answer and its file's name. */
export function extractSaved(
  inner: Extract,
  name: SaveName,
  { times = "of saving" }: SavedOptions = {},
): Extract {
  return (task, landed) => {
    const { outcome, record } = inner(task, landed);
    if (outcome.kind !== "answered" || name.isSaved?.(task) === false) return { outcome, record };
    const { response } = outcome;
    const saved = {
      ...{ path: name.pathOf(task), key: name.keyOf(task), body: response.body },
      ...(times === "of saving" ? {} : modifiedAt(response)),
    };
    return { outcome, record: { ...record, saved } };
  };
}

function valueOf(name: string, row: Row, url: string): unknown {
  const own = cell(row, name);
  if (own !== undefined) return own;
  if (name === "number") return row.number;
  if (name === "url") return url;
  const parsed = URL.parse(url);
  if (name === "host") return parsed?.host;
  return parsed?.pathname.split("/").findLast((part) => part !== "") ?? "index";
}
