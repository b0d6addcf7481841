import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { makeFolders } from "../sinks/make-folders.ts";
import { outputError } from "../sinks/output-error.ts";
import { reasonOf } from "./read-text.ts";

/** A folder to write to, and what becomes of it afterwards. */
export interface OpenFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * Opens a folder for what is not to lie anywhere else: one that was named with --into, or a temporary one that
 * goes when it is disposed of. @throws UsageError for a name that cannot be one, DiskError where no temporary one can be made
 */
export async function openFolder(purpose: string, named?: string): Promise<OpenFolder> {
  if (named !== undefined) {
    try {
      await makeFolders(named);
    } catch (error) {
      throw new UsageError(`--into ${named}: ${reasonOf(error)}`, { cause: error });
    }
    return { path: named, async [Symbol.asyncDispose]() {} };
  }
  const path = await makeTemporary(`fanfetch-${purpose}-`);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function makeTemporary(prefix: string): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), prefix));
  } catch (error) {
    throw outputError(tmpdir(), error);
  }
}
