import { createReadStream } from "node:fs";
import { resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { formatOfName, readRows, type RowFormat } from "../formats/row-format.ts";

/** A table's file, and how it is read. */
export interface JobTable {
  readonly path: string;
  /** As the job names it, for messages. */
  readonly name: string;
  readonly format: RowFormat;
}

/**
 * The table that `rows` names: a path relative to `folder`, which is the job's own.
 * @throws UsageError where its name does not tell the format.
 */
export function tableOf(
  rows: string | { readonly file: string; readonly format?: RowFormat },
  folder: string,
): JobTable {
  const { file, format = formatOfName(file) } = typeof rows === "string" ? { file: rows } : rows;
  if (format === undefined) {
    throw new UsageError(
      `the name ${file} does not tell what it is; write { file: ${file}, format: csv }`,
    );
  }
  return { path: resolve(folder, file), name: file, format };
}

/**
 * The columns of a table's first rows, read from its beginning only; undefined where it has none.
 * @throws UsageError for a file that cannot be read, or whose beginning is no table.
 */
export async function columnsOfTable({
  path,
  name,
  format,
}: JobTable): Promise<readonly string[] | undefined> {
  const columns = new Set<string>();
  try {
    const chunks = createReadStream(path, { highWaterMark: 16 * 1024 });
    for await (const batch of readRows(chunks, { format, name })) {
      for (const row of batch) for (const column of row.columns) columns.add(column);
      break;
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : message;
    throw new UsageError(`${name}: ${why}`, { cause: error });
  }
  return columns.size === 0 ? undefined : [...columns];
}
