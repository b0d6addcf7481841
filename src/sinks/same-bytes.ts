import { open, stat } from "node:fs/promises";

import type { BodyFile } from "../core/response.ts";

const PIECE_BYTES = 1 << 20;

/** Whether a file that is there holds just these bytes, or is that very file. @throws the system's errors */
export async function hasSameBytes(
  path: string,
  body: Uint8Array | Pick<BodyFile, "path" | "bytes">,
): Promise<boolean> {
  const there = await stat(path);
  const bytes = body instanceof Uint8Array ? body.byteLength : body.bytes;
  if (!there.isFile() || there.size !== bytes) return false;
  await using file = await open(path);
  if (body instanceof Uint8Array)
    return body.byteLength === 0 || (await file.readFile()).equals(body);
  const other = await stat(body.path);
  if (other.ino === there.ino && other.dev === there.dev) return true;
  await using second = await open(body.path);
  const [left, right] = [Buffer.alloc(PIECE_BYTES), Buffer.alloc(PIECE_BYTES)];
  for (let at = 0; at < bytes; at += PIECE_BYTES) {
    const one = await file.read(left, 0, PIECE_BYTES, at);
    const two = await second.read(right, 0, PIECE_BYTES, at);
    if (!left.subarray(0, one.bytesRead).equals(right.subarray(0, two.bytesRead))) return false;
  }
  return true;
}
