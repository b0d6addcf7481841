import { cell, type Row } from "../core/row.ts";
import type { TextTemplate } from "../formats/text-template.ts";
import type { Extract } from "./extract.ts";

/** Adds to each record the body of an acceptable answer, named by a template over its row. */
export function extractSaved(inner: Extract, template: TextTemplate): Extract {
  return (task, landed) => {
    const extracted = inner(task, landed);
    if (extracted.outcome.kind !== "answered") return extracted;
    const { response, request } = extracted.outcome;
    const path = template.expand((name) => variableOf(name, task.row, request.url));
    const saved = { path, key: `${request.key}\n${task.row.number}`, body: response.body };
    return { ...extracted, record: { ...extracted.record, saved } };
  };
}

/** What a file name may name beside the row's columns. */
export const URL_VARIABLES = ["url", "host", "path", "basename", "number"] as const;

function variableOf(name: string, row: Row, url: string): unknown {
  const own = cell(row, name);
  if (own !== undefined) return own;
  if (name === "number") return row.number;
  const parsed = new URL(url);
  switch (name) {
    case "url":
      return url;
    case "host":
      return parsed.host;
    case "path":
      return parsed.pathname.slice(1);
    case "basename":
      return parsed.pathname.split("/").findLast((part) => part !== "") ?? "index";
    default:
      return undefined;
  }
}
