import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import type { SpoolOptions } from "../transport/spool.ts";
import { splitSaveTemplate } from "./save-template.ts";
import type { Settings } from "./settings.ts";

/** A folder for bodies on their way, gone with the run. */
export interface OpenSpool extends AsyncDisposable {
  readonly options: SpoolOptions;
}

/** Larger bodies than this that are to be saved go to a file at once. */
const SPOOL_ABOVE_BYTES = 1024 * 1024;

/**
 * Opens a spool where bodies are only to be saved; rules and picks want them in memory.
 * @throws UsageError where nothing can be written.
 */
export async function openSpool(settings: Settings, rules: number): Promise<OpenSpool | undefined> {
  const { save, picks } = settings.output;
  if (save === undefined || picks.length > 0 || rules > 0) return undefined;
  const { root } = splitSaveTemplate(save);
  let directory: string;
  try {
    await mkdir(root, { recursive: true });
    directory = await mkdtemp(join(root, ".fanfetch-"));
  } catch (error) {
    throw new UsageError(`--save: nothing can be written to ${root}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const maxBytes = settings.caps.maxBytes ?? Number.POSITIVE_INFINITY;
  return {
    options: { directory, aboveBytes: SPOOL_ABOVE_BYTES, maxBytes },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
