import { rmSync } from "node:fs";

import type { Answered } from "../core/outcome.ts";
import type { BodyFile } from "../core/response.ts";
import { suggestedFileName } from "../protocol/content-disposition.ts";
import type { Task } from "../queue/queue.ts";
import type { Shelf } from "../sinks/shelf.ts";
import type { Extract } from "./extract.ts";
import { modifiedAt, type SaveName } from "./extract-saved.ts";

/** Removes the file of a body that nobody takes. */
function remove(body: Uint8Array | BodyFile): void {
  if (body instanceof Uint8Array || body.owner === "lent") return;
  rmSync(body.path, { force: true });
}

/** How answers are put on a shelf. */
export interface ShelvedOptions {
  readonly name: SaveName;
  readonly shelf: Shelf;
  /** A place on the shelf as records tell it. */
  readonly shown: (path: string) => string;
  /** Whether a server's own name for its file (RFC 6266) takes the place of the last part of ours. */
  readonly names: "ours" | "the server's";
  readonly times: "of saving" | "the server's";
  /** Columns that records get for the file and its SHA-256; what they have already is left out. */
  readonly columns: readonly [file: string, sha256: string] | undefined;
}

/**
 * Adds to each record the body of an acceptable answer and its file's place, found once it is there, and
 * notes the place with the outcome, so that it is known in every process.
 */
export function extractShelved(inner: Extract, options: ShelvedOptions): Extract {
  const { name, shelf, names, times, columns: wanted } = options;
  let known: readonly string[] = [];
  let extended: readonly string[] = [];

  /** Records of one table share their list of columns. */
  function columnsOf(columns: readonly string[]): readonly string[] {
    if (wanted === undefined) return columns;
    if (columns !== known) {
      known = columns;
      extended = [...columns, ...wanted.filter((column) => !columns.includes(column))];
    }
    return extended;
  }

  return (task, landed) => {
    const extracted = inner(task, landed);
    const { outcome, record } = extracted;
    const columns = columnsOf(record.columns);
    const isSaved = outcome.kind === "answered" && name.isSaved?.(task) !== false;
    if (!isSaved) return { outcome, record: { ...record, ...withValues(columns, record) } };
    const path = pathOf(task, outcome);
    const { body } = outcome.response;
    const place = shelf.place({ wanted: path, key: name.keyOf(task), body });
    if (place.state === "there") remove(body);
    const saved = {
      ...{ path, key: name.keyOf(task), at: place.path },
      body: place.state === "there" ? undefined : body,
      ...(times === "of saving" ? {} : modifiedAt(outcome.response)),
    };
    const file = { file: place.path, sha256: place.sha256 };
    const told = [options.shown(place.path), place.sha256];
    return {
      outcome: { ...outcome, saved: file },
      record: { ...record, ...withValues(columns, record, told), saved },
    };
  };

  function pathOf(task: Task, { response }: Answered): readonly string[] {
    const path = name.pathOf(task);
    if (names === "ours") return path;
    // Whatever folders a server names are none of its business (RFC 6266 §4.3).
    const last = suggestedFileName(response.header("content-disposition"))?.split(/[/\\]/).at(-1);
    return last === undefined || last.trim() === "" ? path : [...path.slice(0, -1), last];
  }

  function withValues(
    columns: readonly string[],
    record: { readonly columns: readonly string[]; readonly values: readonly unknown[] },
    told: readonly (string | null)[] = [null, null],
  ): { readonly columns: readonly string[]; readonly values: readonly unknown[] } {
    const added = (wanted ?? []).flatMap((column, index) =>
      record.columns.includes(column) ? [] : [told[index]],
    );
    return { columns, values: [...record.values, ...added] };
  }
}
