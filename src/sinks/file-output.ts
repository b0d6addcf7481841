import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, open, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

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
 * @throws UsageError where it exists, is an input, is not as its standing tells, or cannot be written.
 */
export async function openFileOutput(target: FileTarget): Promise<ByteOutput> {
  const { path, exists, standing } = target;
  const there = await statOf(path);
  if (there?.isFile() === true) await refuseInputs(target, there);
  if (there?.isDirectory() === true) {
    throw new UsageError(`cannot write ${visible(path)}: it is a folder`);
  }
  if (standing !== undefined) {
    return regularFile(path, await reopenFile(path, standing), standing);
  }
  const special = there !== undefined && !there.isFile();
  const handle = await openToWrite(path, special ? "overwrite" : exists);
  return special
    ? specialFile(path, handle)
    : regularFile(path, handle, there === undefined ? "new" : "foreign");
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
    const shown = visible(path);
    const { code } = error as NodeJS.ErrnoException;
    const sentence =
      code === "EEXIST"
        ? `${shown} exists and is not this run's; --force overwrites it`
        : code === "ENOENT"
          ? `cannot write ${shown}: there is no folder ${visible(dirname(path))}`
          : `cannot write ${shown}: ${reasonOf(error)}`;
    throw new UsageError(sentence, { cause: error });
  }
}

/** A file whose bytes are always whole records, after a refusal of the disk too. */
function regularFile(
  path: string,
  handle: FileHandle,
  before: "new" | "foreign" | Standing,
): ByteOutput {
  let whole = typeof before === "string" ? 0 : before.bytes;
  let started = typeof before !== "string";
  let named = before === "foreign" || whole > 0;

  /** Empties what somebody else left, once it is certain that something takes its place. */
  async function start(): Promise<void> {
    if (!started && before === "foreign") await handle.truncate(0);
    started = true;
  }

  /** The bytes of a new file are kept only where its name is. */
  async function syncName(): Promise<void> {
    if (!named) await syncFolder(dirname(path));
    named = true;
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
        await syncName();
      } catch (error) {
        throw outputError(path, error);
      }
    },
    async close() {
      try {
        await start();
        await handle.sync();
        await syncName();
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
