import { readFile } from "node:fs/promises";

import { UsageError } from "../core/usage-error.ts";
import { readText as decodeText } from "../formats/text-chunks.ts";
import { visible } from "../formats/visible.ts";

/**
 * The bytes of a file that an option names, `-` is standard input.
 * @throws UsageError saying why it cannot be read.
 */
export async function readText(path: string): Promise<Uint8Array> {
  try {
    if (path !== "-") return await readFile(path);
    const chunks: Uint8Array[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks);
  } catch (error) {
    throw new UsageError(`${visible(path)} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** The text of bytes that a person wrote: UTF-8, or UTF-16 with its mark. @throws UsageError where it is none */
export async function textOf(bytes: Uint8Array, name: string): Promise<string> {
  let text = "";
  for await (const piece of decodeText([bytes], name)) text += piece;
  return text;
}

const REASONS: ReadonlyMap<string | undefined, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EISDIR", "it is a folder"],
  ["ENOTDIR", "a part of its path is no folder"],
  ["EROFS", "the disk is read-only"],
  ["ENOSPC", "the disk is full"],
]);

/** Why the system refused a file, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS.get(code) ?? visible(message);
}
