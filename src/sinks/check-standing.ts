import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";

import { errorCode } from "./output-error.ts";
import type { Standing } from "./sink.ts";

/** What became of a file since a run wrote it. What is behind its standing does not count. */
export type StandingCheck = "as it was" | "missing" | "shorter" | "changed";

const CHUNK_BYTES = 1024 * 1024;

/**
 * Whether a file still begins with the bytes that a run left there; one that the run left empty may be
 * missing. Reads them in pieces of 1 MiB.
 * @throws the system's error for a file that cannot be read.
 */
export async function checkStanding(path: string, standing: Standing): Promise<StandingCheck> {
  let handle: FileHandle;
  try {
    // Without waiting for the other end, should it be a pipe by now.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    return standing.bytes === 0 ? "as it was" : "missing";
  }
  await using file = handle;
  return await compareStanding(file, standing);
}

/** The same for a file that is open. @throws the system's error */
export async function compareStanding(
  handle: FileHandle,
  { bytes, checksum }: Standing,
): Promise<Exclude<StandingCheck, "missing">> {
  const stats = await handle.stat();
  if (!stats.isFile()) return "changed";
  if (stats.size < bytes) return "shorter";
  const chunk = Buffer.allocUnsafe(Math.min(bytes, CHUNK_BYTES));
  let counted = 0;
  for (let position = 0; position < bytes;) {
    const most = Math.min(chunk.byteLength, bytes - position);
    const { bytesRead } = await handle.read(chunk, 0, most, position);
    if (bytesRead === 0) return "shorter";
    counted = crc32(chunk.subarray(0, bytesRead), counted);
    position += bytesRead;
  }
  return counted === checksum ? "as it was" : "changed";
}
