import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { reasonOf } from "./read-text.ts";

/** A folder to write to, and what becomes of it afterwards. */
export interface OpenFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * Opens a folder for what is not to lie anywhere else: one that was named with --into, or a temporary one that
 * goes when it is disposed of. @throws UsageError for a name that cannot be one
 */
export async function openFolder(purpose: string, named?: string): Promise<OpenFolder> {
  if (named !== undefined) {
    try {
      await mkdir(named, { recursive: true });
    } catch (error) {
      throw new UsageError(`--into ${named}: ${reasonOf(error)}`, { cause: error });
    }
    return { path: named, async [Symbol.asyncDispose]() {} };
  }
  const path = await mkdtemp(join(tmpdir(), `fanfetch-${purpose}-`));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
