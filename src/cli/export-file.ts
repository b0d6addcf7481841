import { statSync } from "node:fs";
import { resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import { visible } from "../formats/visible.ts";
import type { RunOutput } from "../report/run-output.ts";
import type { ByteOutput } from "../sinks/byte-output.ts";

/** How outcomes are written down. */
export type ExportFormat = "jsonl" | "csv" | "har" | "warc.gz";

/** Where outcomes are exported to. */
export interface ExportTarget {
  /** As it was typed. */
  readonly name: string;
  /** Absolute, or `-` for stdout. */
  readonly path: string;
  readonly format: ExportFormat;
  readonly exists: "refuse" | "overwrite";
}

const FORMATS: readonly ExportFormat[] = ["jsonl", "csv", "har", "warc.gz"];

/**
 * Reads where an export goes.
 * @throws UsageError for a name that tells no format.
 */
export function readExportTarget(
  output: string | undefined,
  exists: ExportTarget["exists"],
): ExportTarget {
  const there = FORMATS.map((format) => `.${format}`);
  if (output === undefined || output === "") {
    throw new UsageError(`export needs -o FILE: ${there.join(", ")}, or - for JSONL on stdout`);
  }
  if (output === "-") return { name: output, path: output, format: "jsonl", exists };
  const format = FORMATS.find((one) => output.toLowerCase().endsWith(`.${one}`));
  if (format !== undefined) return { name: output, path: resolve(output), format, exists };
  const extension = /\.[^./\\]*$/.exec(output)?.[0] ?? "";
  const hint = extension === ".warc" ? `; did you mean ".warc.gz"?` : didYouMean(extension, there);
  throw new UsageError(
    `-o ${visible(output)}: its extension names no format (${there.join(" ")}, - for stdout)${hint}`,
  );
}

/** @throws UsageError where a file would take the place of what the run itself wrote. */
export function refuseOutputs(
  { name, path }: Pick<ExportTarget, "name" | "path">,
  outputs: readonly RunOutput[],
): void {
  if (path === "-") return;
  const there = statSync(path, { throwIfNoEntry: false, bigint: true });
  for (const output of outputs) {
    if (output.kind !== "table") continue;
    const own = statSync(output.path, { throwIfNoEntry: false, bigint: true });
    const isSame = there?.ino === own?.ino && there?.dev === own?.dev;
    if (path !== output.path && (there === undefined || !isSame)) continue;
    throw new UsageError(`${visible(name)} is the output of the run; write to another file`);
  }
}

const CHUNK_BYTES = 64 * 1024;

/** Writes pieces in large writes and closes the output. @throws DiskError, and what the pieces throw */
export async function writePieces(
  output: ByteOutput,
  pieces: AsyncIterable<string | Uint8Array>,
): Promise<void> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    const chunk = typeof piece === "string" ? Buffer.from(piece) : piece;
    waiting.push(chunk);
    bytes += chunk.byteLength;
    if (bytes < CHUNK_BYTES) continue;
    await output.write(Buffer.concat(waiting));
    waiting = [];
    bytes = 0;
  }
  await output.write(Buffer.concat(waiting));
  await output.close();
}
