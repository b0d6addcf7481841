import { randomBytes } from "node:crypto";
import { type FileHandle, realpath, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { ByteOutput } from "./byte-output.ts";
import { exists } from "./exists.ts";
import {
  existsError,
  type FileTarget,
  lookAt,
  openFileOutput,
  openingError,
  regularFile,
} from "./file-output.ts";
import { nameFile } from "./name-file.ts";
import { outputError } from "./output-error.ts";
import { openNewFile } from "./place-file.ts";
import { syncFolder } from "./sync-folder.ts";

/** A file that is written beside its place. Disposed of without `place`, it leaves nothing. */
export interface WholeFile extends AsyncDisposable {
  readonly output: ByteOutput;
  /**
   * Gives it its name, durably, once the output is closed.
   * @throws UsageError where something has the name by now, DiskError
   */
  place(): Promise<void>;
}

/** Of a file without a byte. */
const NOTHING = { bytes: 0, checksum: 0, columns: undefined };

/**
 * Opens a file that appears under its name when it is whole, and not before; a file that it replaces
 * stays as it is until then, and gives it its permissions. Devices and named pipes are written to as
 * they are.
 * @throws UsageError where it exists, is an input, or its name is wrong.
 * @throws DiskError where the disk refuses.
 */
export async function openWholeFile(target: Omit<FileTarget, "standing">): Promise<WholeFile> {
  const { path } = target;
  const there = await lookAt(target);
  if (there !== undefined && !there.isFile()) return asItIs(await openFileOutput(target));
  const mode = there === undefined ? undefined : Number(there.mode) & 0o777;
  // What a link leads to is replaced, not the link.
  const real = there === undefined ? path : await realpath(path);
  const temporary = join(dirname(real), `.fanfetch-${randomBytes(6).toString("hex")}.part`);
  const handle = await openBeside(target, temporary);
  const output = regularFile(path, handle, NOTHING);
  let isPlaced = false;
  const whole: WholeFile = {
    output,
    async place() {
      if ((await nameIt()) === "taken") throw existsError(path);
      isPlaced = true;
    },
    async [Symbol.asyncDispose]() {
      if (isPlaced) return;
      await output.abandon();
      await rm(temporary, { force: true }).catch(() => {});
    },
  };

  async function nameIt(): Promise<"named" | "taken"> {
    try {
      const named = await nameFile({ from: temporary, to: real, exists: target.exists });
      await syncFolder(dirname(real));
      return named;
    } catch (error) {
      throw outputError(path, error);
    }
  }

  try {
    if (mode !== undefined) await handle.chmod(mode);
    // A full disk makes names: it is known now whether it takes a byte.
    await handle.write("\n", 0);
    await handle.truncate(0);
    return whole;
  } catch (error) {
    await whole[Symbol.asyncDispose]();
    throw outputError(path, error);
  }
}

async function openBeside(
  { path, exists: leave }: FileTarget,
  temporary: string,
): Promise<FileHandle> {
  let isThere = false;
  try {
    isThere = leave === "refuse" && (await exists(path));
    if (!isThere) return await openNewFile(temporary);
  } catch (error) {
    throw openingError(path, error);
  }
  throw existsError(path);
}

function asItIs(output: ByteOutput): WholeFile {
  return {
    output,
    place: async () => {},
    [Symbol.asyncDispose]: () => output.abandon(),
  };
}
