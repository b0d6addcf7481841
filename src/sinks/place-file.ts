import { constants } from "node:fs";
import { copyFile, type FileHandle, lstat, open, unlink } from "node:fs/promises";

import type { BodyFile } from "../core/response.ts";
import { visible } from "../formats/visible.ts";
import { exists } from "./exists.ts";
import { writeAll } from "./file-output.ts";
import type { Folder } from "./folder.ts";
import { nameFile } from "./name-file.ts";
import { errorCode } from "./output-error.ts";
import { hasSameBytes } from "./same-bytes.ts";

/** Something that is not this run's stands at a path or in its way; it was left as it is. */
export class PathTaken extends Error {
  override readonly name = "PathTaken";
}

/** Where a file goes. */
export interface Place {
  readonly folder: Folder;
  readonly name: string;
  /** A name in the same folder that nobody else uses, for the time before. */
  readonly temporary: string;
  readonly exists: "refuse" | "overwrite";
  /** What becomes of a file there that holds the same bytes. @default "replaced" */
  readonly unchanged?: "left" | "replaced" | undefined;
  /** Permissions of a body's file, which was nobody else's business until now. */
  readonly mode: number;
  /** When it was changed, since the epoch. @default now */
  readonly modifiedMs?: number | undefined;
  /** The path as the user knows it. */
  readonly shown: string;
}

/**
 * Puts a whole file in its place: written or moved beside it, synced, named, the folder synced. Where
 * it throws, nothing new stands under the name and its temporary file is gone; a body's file stays, as
 * one that is lent does in any case.
 * @throws PathTaken, and the system's errors
 */
export async function placeFile(body: Uint8Array | BodyFile, place: Place): Promise<void> {
  const { folder, name } = place;
  const isLarge = !(body instanceof Uint8Array);
  // Asked before as well as when naming: a large body should not be written for nothing.
  if (isLarge && place.exists === "refuse" && (await exists(await folder.at(name)))) {
    throw taken(place);
  }
  if (place.unchanged === "left" && (await isThere(body, place))) await letGo(body);
  else if (body instanceof Uint8Array) await writeIn(body, place);
  else if (body.owner === "lent") await copyIn(body, place);
  else await moveIn(body, place);
  await folder.sync();
}

/** Whether a file with these bytes has the name already; a link to one does not count. */
async function isThere(body: Uint8Array | BodyFile, { folder, name }: Place): Promise<boolean> {
  const path = await folder.at(name);
  const there = await lstat(path).catch(() => undefined);
  return there?.isFile() === true && (await hasSameBytes(path, body));
}

/** Removes a body's file that nobody needs any more. */
async function letGo(body: Uint8Array | BodyFile): Promise<void> {
  if (body instanceof Uint8Array || body.owner === "lent") return;
  await unlink(body.path);
}

/** Opens a file that was not there; never through a link. */
export function openNewFile(path: string): Promise<FileHandle> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  // Windows knows no O_NOFOLLOW: an absent bit is none.
  return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
}

/** The permissions that a file has once it was made at a path and took a byte; it is removed again. @throws the system's error */
export async function probe(path: string): Promise<number> {
  const handle = await openNewFile(path);
  try {
    await handle.write("\n");
    return (await handle.stat()).mode & 0o777;
  } finally {
    await handle.close();
    await unlink(path);
  }
}

async function writeIn(body: Uint8Array, place: Place): Promise<void> {
  const temporary = await place.folder.at(place.temporary);
  const handle = await openNewFile(temporary);
  await removedOnError(temporary, async () => {
    try {
      await writeAll(handle, body, 0);
      await date(handle, place);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await giveName(temporary, place);
  });
}

async function moveIn(body: BodyFile, place: Place): Promise<void> {
  try {
    await syncFile(body.path, place);
    return await giveName(body.path, place);
  } catch (error) {
    if (errorCode(error) !== "EXDEV") throw error;
  }
  // Another file system: its bytes have to be copied.
  await copyIn(body, place);
  await unlink(body.path);
}

async function copyIn(body: BodyFile, place: Place): Promise<void> {
  const temporary = await place.folder.at(place.temporary);
  await removedOnError(temporary, async () => {
    // Where the file system can, both share their bytes until one is changed.
    await copyFile(body.path, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await syncFile(temporary, place);
    await giveName(temporary, place);
  });
}

async function removedOnError(temporary: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

async function giveName(from: string, place: Place): Promise<void> {
  const to = await place.folder.at(place.name);
  if ((await nameFile({ from, to, exists: place.exists })) === "taken") throw taken(place);
}

async function date(handle: FileHandle, { modifiedMs }: Place): Promise<void> {
  if (modifiedMs !== undefined) await handle.utimes(new Date(), modifiedMs / 1000);
}

async function syncFile(path: string, place: Place): Promise<void> {
  await using handle = await open(path, "r+");
  await handle.chmod(place.mode);
  await date(handle, place);
  await handle.sync();
}

function taken({ shown }: Place): PathTaken {
  return new PathTaken(`${visible(shown)} exists and is not this run's`);
}
