import { join } from "node:path";

import { extractSaved } from "../jobs/extract-saved.ts";
import { extractShelved } from "../jobs/extract-shelved.ts";
import type { Extract } from "../jobs/extract.ts";
import type { OutcomeDetail } from "../queue/outcome-detail.ts";
import { storedJson } from "../queue/stored-json.ts";
import type { FileSink } from "../sinks/file-sink.ts";
import { createShelf, type Shelf } from "../sinks/shelf.ts";
import { openToRead } from "./open-to-read.ts";
import { AS_USUAL } from "../jobs/file-settings.ts";
import { shownPath } from "./shown-path.ts";
import type { Saving } from "./work-claims.ts";
import type { WorkRun } from "./work-run.ts";
import type { WorkSettings } from "./work-settings.ts";

/** Where a piece of work saves bodies. */
export interface WorkFiles {
  readonly saving: Saving;
  readonly files: FileSink;
  /** The run on disk, which may know of files from before. */
  readonly run: WorkRun | undefined;
}

/** Adds to records the bodies that are saved, under names as they were asked for. */
export function extractFiles(
  inner: Extract,
  { output, command }: WorkSettings,
  { saving, files, run }: WorkFiles,
): Extract {
  const { names, equal, times } = output.files ?? AS_USUAL;
  const { name, root } = saving;
  if (names === "ours" && equal === "each saved") return extractSaved(inner, name, { times });
  const mayReplace = output.existing === "overwrite";
  const shelf = createShelf({
    files,
    root,
    names: names === "ours" || mayReplace ? "checked" : "unchecked",
    equal,
  });
  if (run?.journal.run.origin === "earlier") rememberFiles(shelf, run.journal.run.directory);
  const columns =
    command === "map" ? (["_file", "_sha256"] as const) : (["file", "sha256"] as const);
  const isTable = output.kind === "records" && (command !== "map" || output.meta === "with meta");
  return extractShelved(inner, {
    ...{ name, shelf, names, times },
    shown: (path) => shownPath(join(root, path)),
    columns: isTable ? columns : undefined,
  });
}

/** What earlier processes of the run put where. */
function rememberFiles(shelf: Shelf, directory: string): void {
  using store = openToRead(directory);
  const details = store.database.prepare("SELECT text FROM detail ORDER BY row").iterate();
  for (const found of details) {
    const { saved } = storedJson<OutcomeDetail>(found["text"], "what it keeps of a row");
    if (saved !== undefined) shelf.remember(saved.file, saved.sha256);
  }
}
