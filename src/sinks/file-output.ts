import { type BigIntStats, constants, existsSync } from "node:fs";
import { type FileHandle, open, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

import { isRefusal } from "../core/disk-error.ts";
import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
import type { ByteOutput } from "./byte-output.ts";
import { outputError, reasonOf } from "./output-error.ts";
import { reopenFile } from "./reopen-file.ts";
import type { Standing } from "./sink.ts";
import { syncFolder } from "./sync-folder.ts";

/** Which file a table goes to. */
export interface FileTarget {
  readonly path: string;
  /** What becomes of a file that is there. */
  readonly exists: "refuse" | "overwrite";
  /** Files that the same run reads: never written, whatever `exists` says. */
  readonly inputs?: readonly string[] | undefined;
  /** Where the same run left the file: it goes on from there, whatever `exists` says. @default a new file */
  readonly standing?: Standing | undefined;
}

/**
 * Opens the file of a table, which grows under its own name. What is there stays as it is until the
 * first bytes are written, but with a standing: then what is behind it is cut off now. Devices and
 * named pipes are written to as they are.
 * @throws UsageError where it exists, is an input, is not as its standing tells, or its name is wrong.
 * @throws DiskError where the disk refuses.
 */
export async function openFileOutput(target: FileTarget): Promise<ByteOutput> {
  const { path, exists, standing } = target;
  const there = await lookAt(target);
  if (standing !== undefined) {
    const handle = await reopenFile(path, standing);
    if (there === undefined) await makeSure(path, handle);
    return regularFile(path, handle, standing);
  }
  const special = there !== undefined && !there.isFile();
  const handle = await openToWrite(path, special ? "overwrite" : exists);
  if (special) return specialFile(path, handle);
  if (there !== undefined) return regularFile(path, handle, "foreign");
  await makeSure(path, handle);
  return regularFile(path, handle, "new");
}

/** What stands at the path of a target. @throws UsageError for an input and for a folder. */
export async function lookAt(target: FileTarget): Promise<BigIntStats | undefined> {
  const there = await statOf(target.path);
  if (there?.isFile() === true) await refuseInputs(target, there);
  if (there?.isDirectory() === true) {
    throw new UsageError(`cannot write ${visible(target.path)}: it is a folder`);
  }
  return there;
}

async function statOf(path: string): Promise<BigIntStats | undefined> {
  return stat(path, { bigint: true }).catch(() => undefined);
}

async function refuseInputs({ path, inputs = [] }: FileTarget, there: BigIntStats): Promise<void> {
  for (const input of inputs) {
    const read = await statOf(input);
    if (read?.ino === there.ino && read.dev === there.dev) {
      throw new UsageError(`${visible(path)} is also the input; give the output another name`);
    }
  }
}

async function openToWrite(path: string, exists: FileTarget["exists"]): Promise<FileHandle> {
  const { O_WRONLY, O_CREAT, O_EXCL } = constants;
  try {
    return await open(path, O_WRONLY | O_CREAT | (exists === "refuse" ? O_EXCL : 0));
  } catch (error) {
    throw openingError(path, error);
  }
}

/** What it means that a file cannot be opened to be written: the disk refuses, or its name is wrong. */
export function openingError(path: string, error: unknown): Error {
  if (isRefusal(error)) return outputError(path, error);
  const shown = visible(path);
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EEXIST") return existsError(path, { cause: error });
  const isNoFolder = code === "ENOENT" && !existsSync(dirname(path));
  const why = isNoFolder ? `there is no folder ${visible(dirname(path))}` : reasonOf(error);
  return new UsageError(`cannot write ${shown}: ${why}`, { cause: error });
}

/** A file is there that is not to be overwritten. */
export function existsError(path: string, options: ErrorOptions = {}): UsageError {
  return new UsageError(
    `${visible(path)} exists and is not this run's; --force overwrites it`,
    options,
  );
}

/**
 * Makes the name of a new file durable, and sure that it takes a byte: a full disk makes names. Done at
 * the start, when it is better known than later, and there are descriptors left.
 */
async function makeSure(path: string, handle: FileHandle): Promise<void> {
  try {
    await handle.write("\n", 0);
    await handle.truncate(0);
    await syncFolder(dirname(path));
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(path, { force: true }).catch(() => {});
    throw outputError(path, error);
  }
}

/** A file whose bytes are always whole records, after a refusal of the disk too. */
export function regularFile(
  path: string,
  handle: FileHandle,
  before: "new" | "foreign" | Standing,
): ByteOutput {
  let whole = typeof before === "string" ? 0 : before.bytes;
  let started = typeof before !== "string";

  /** Empties what somebody else left, once it is certain that something takes its place. */
  async function start(): Promise<void> {
    if (!started && before === "foreign") await handle.truncate(0);
    started = true;
  }

  return {
    kind: "file",
    async write(bytes) {
      try {
        await start();
        await writeAll(handle, bytes, whole);
        whole += bytes.byteLength;
      } catch (error) {
        // The part that still fitted would be half a record.
        await handle.truncate(whole).catch(() => {});
        throw outputError(path, error);
      }
    },
    async sync() {
      try {
        await handle.datasync();
      } catch (error) {
        throw outputError(path, error);
      }
    },
    async close() {
      try {
        await start();
        await handle.sync();
      } catch (error) {
        await handle.close().catch(() => {});
        throw outputError(path, error);
      }
      await handle.close().catch((error: unknown) => {
        throw outputError(path, error);
      });
    },
    async abandon() {
      await handle.close().catch(() => {});
      if (!started && before === "new") await rm(path, { force: true }).catch(() => {});
    },
  };
}

/** `/dev/null`, a terminal, a named pipe: nothing to cut, nothing to sync. */
function specialFile(path: string, handle: FileHandle): ByteOutput {
  return {
    kind: "stream",
    async write(bytes) {
      try {
        await writeAll(handle, bytes, null);
      } catch (error) {
        throw outputError(path, error);
      }
    },
    async sync() {},
    close: () => handle.close(),
    abandon: () => handle.close(),
  };
}

/** Writes all of it: one call may take less than it was given. */
export async function writeAll(
  handle: FileHandle,
  bytes: Uint8Array,
  position: number | null,
): Promise<void> {
  let done = 0;
  while (done < bytes.byteLength) {
    const at = position === null ? null : position + done;
    const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, at);
    done += bytesWritten;
  }
}
