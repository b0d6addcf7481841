import { randomBytes } from "node:crypto";
import { type FileHandle, stat, unlink } from "node:fs/promises";
import { basename, dirname } from "node:path";

import { isRefusal } from "../core/disk-error.ts";
import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
import { writeAll } from "./file-output.ts";
import { Folder } from "./folder.ts";
import { errorCode, outputError, reasonOf } from "./output-error.ts";
import { openNewFile, placeFile } from "./place-file.ts";
import { removeLeftovers } from "./remove-leftovers.ts";
import { hasSameBytes } from "./same-bytes.ts";

/** Where a book goes. */
export interface BookTarget {
  readonly path: string;
  /** What becomes of another book that is there. One with the same bytes stays as it is in any case. */
  readonly exists: "refuse" | "overwrite";
  /** The run: what one with this id has left half written is removed. @default none */
  readonly id?: string | undefined;
}

/** What became of the file: an unchanged one was not touched. */
export type BookState = "new" | "replaced" | "unchanged";

/** A file that gets its name when it is whole. */
export interface BookFile extends AsyncDisposable {
  write(bytes: Uint8Array): Promise<void>;
  /** Syncs it and gives it its name. @throws PathTaken, DiskError */
  place(): Promise<BookState>;
}

/**
 * Opens a file beside the one that is to be; disposed of before it is placed, it is gone.
 * @throws UsageError where its folder is not there, DiskError where the disk refuses
 */
export async function openBookFile(target: BookTarget): Promise<BookFile> {
  const { path, id } = target;
  const prefix = `.fanfetch-${id ?? randomBytes(6).toString("hex")}-book`;
  let folder: Folder | undefined;
  try {
    folder = await Folder.openRoot(dirname(path));
    if (id !== undefined) await removeLeftovers(folder, prefix);
    const temporary = await folder.at(`${prefix}-0.part`);
    const handle = await openNewFile(temporary);
    return createBookFile(target, { folder, prefix, handle });
  } catch (error) {
    await folder?.[Symbol.asyncDispose]();
    if (isRefusal(error)) throw outputError(path, error);
    const words = `cannot write ${visible(path)}: ${reasonOf(error)}`;
    throw new UsageError(words, { cause: error });
  }
}

interface Opened {
  readonly folder: Folder;
  readonly prefix: string;
  readonly handle: FileHandle;
}

function createBookFile(target: BookTarget, { folder, prefix, handle }: Opened): BookFile {
  const { path } = target;
  const name = basename(path);
  let bytes = 0;
  let placed = false;

  async function onDisk<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw errorCode(error) === undefined ? error : outputError(path, error);
    }
  }

  /** Gives the file its name, unless the same stands there. */
  async function giveName(): Promise<BookState> {
    const { mode } = await handle.stat();
    await handle.close();
    const temporary = await folder.at(`${prefix}-0.part`);
    const there = await compare(await folder.at(name), temporary);
    if (there === "unchanged") {
      await unlink(temporary);
      return there;
    }
    await placeFile(
      { path: temporary, bytes },
      {
        folder,
        name,
        temporary: `${prefix}-1.part`,
        exists: target.exists,
        mode: mode & 0o777,
        shown: path,
      },
    );
    return there;
  }

  return {
    write: (chunk) =>
      onDisk(async () => {
        await writeAll(handle, chunk, bytes);
        bytes += chunk.byteLength;
      }),
    async place() {
      const state = await onDisk(giveName);
      placed = true;
      return state;
    },
    async [Symbol.asyncDispose]() {
      if (!placed) {
        await handle.close().catch(() => {});
        await unlink(await folder.at(`${prefix}-0.part`)).catch(() => {});
      }
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** What a file would become by another that took its place. */
async function compare(path: string, other: string): Promise<BookState> {
  const there = await stat(path).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (there === undefined) return "new";
  const { size } = await stat(other);
  return (await hasSameBytes(path, { path: other, bytes: size })) ? "unchanged" : "replaced";
}
