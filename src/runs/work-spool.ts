import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { isRefusal } from "../core/disk-error.ts";
import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
import { makeFolders, removeEmpty } from "../sinks/make-folders.ts";
import { outputError, reasonOf } from "../sinks/output-error.ts";
import type { SpoolOptions } from "../transport/spool.ts";
import { splitSaveTemplate } from "./save-template.ts";
import { AS_USUAL } from "../jobs/file-settings.ts";
import type { WorkSettings } from "./work-settings.ts";
import { idOf, type WorkRun } from "./work-run.ts";

/** A folder for bodies on their way, gone with the run. */
export interface OpenSpool extends AsyncDisposable {
  readonly options: SpoolOptions;
}

/** Larger bodies than this that are to be saved go to a file at once. */
export const SPOOL_ABOVE_BYTES = 1024 * 1024;

/** How a spool is told from those of other runs. */
export interface SpoolFolder {
  /** As for `openFileSink`: the folder is `.fanfetch-<id>`, emptied of what a kill left. @default by chance */
  readonly id?: string | undefined;
  /** The folder of the files. @default of the template of --save */
  readonly root?: string | undefined;
  /** Whether what came of bodies that were cut stays, for this run to go on with. @default "removed" */
  readonly parts?: "kept" | "removed" | undefined;
}

/**
 * Where the spool of a piece of work is: that of a run on disk has a name of its own, so that what a kill
 * leaves is found again.
 */
export function spoolFolder(
  { run, output }: WorkSettings,
  durable: WorkRun | undefined,
): SpoolFolder {
  if (run.kind === "in memory") return {};
  const id = `${idOf(run)}-spool`;
  // What goes to an archive goes through the run's own directory, unless it is saved beside it.
  const isArchived = output.kind === "archive" && output.save === undefined;
  return isArchived && durable !== undefined ? { id, root: durable.journal.run.directory } : { id };
}

/**
 * Opens a spool where bodies are only to be saved; rules and picks want them in memory.
 * @throws UsageError for a name that cannot be a folder, DiskError where the disk refuses.
 */
export async function openSpool(
  settings: WorkSettings,
  rules: number,
  { id, root: given, parts = "removed" }: SpoolFolder = {},
): Promise<OpenSpool | undefined> {
  const { save, picks, keeps } = settings.output;
  if (settings.sharing !== undefined || settings.step?.bodies === "read") return undefined;
  if (save === undefined && given === undefined) return undefined;
  const isPicked = picks.length > 0 || (settings.picked ?? []).length > 0;
  if (isPicked || rules > 0 || keeps === "answers") return undefined;
  const root = given ?? splitSaveTemplate(save!).root;
  let directory: string;
  let made: readonly string[] = [];
  try {
    made = await makeFolders(root);
    directory =
      id === undefined
        ? await mkdtemp(join(root, ".fanfetch-"))
        : await (parts === "kept" ? kept(root, id) : emptied(root, id));
  } catch (error) {
    await removeEmpty(made);
    if (isRefusal(error)) throw outputError(root, error);
    throw new UsageError(`--save: nothing can be written to ${visible(root)}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  const maxBytes = settings.caps.maxBytes ?? Number.POSITIVE_INFINITY;
  return {
    options: {
      directory,
      aboveBytes: SPOOL_ABOVE_BYTES,
      maxBytes,
      parts,
      hash: isHashed(settings) ? "sha256" : "none",
    },
    async [Symbol.asyncDispose]() {
      if (parts === "kept" && (await readdir(directory)).some(isNote)) return;
      await rm(directory, { recursive: true, force: true });
      // Where nothing was saved, nothing shows that something was to be.
      await removeEmpty(made);
    },
  };
}

/** Whether anybody asks for the SHA-256 of a body: records of a crawl, or whoever finds its file a place. */
function isHashed({ crawl, output }: WorkSettings): boolean {
  const { names, equal } = output.files ?? AS_USUAL;
  const isPlaced = names === "the server's" || equal === "saved once";
  return isPlaced || (crawl !== undefined && output.kind === "records");
}

/** A folder of the run's own: what stood at its name, a link too, is removed and not followed. */
async function emptied(root: string, id: string): Promise<string> {
  const directory = join(root, `.fanfetch-${id}`);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { mode: 0o700 });
  return directory;
}

/** The folder as the run left it, but for files of which nobody knows what they are parts of. */
async function kept(root: string, id: string): Promise<string> {
  const directory = join(root, `.fanfetch-${id}`);
  await mkdir(directory, { mode: 0o700, recursive: true });
  const names = new Set(await readdir(directory));
  for (const name of names) {
    if (isNote(name) || names.has(name.replace(/\.part$/, ".head"))) continue;
    await rm(join(directory, name), { recursive: true, force: true });
  }
  return directory;
}

function isNote(name: string): boolean {
  return name.endsWith(".head");
}
