import { hash } from "node:crypto";
import { realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { checkStanding } from "./check-standing.ts";
import { copyRecords } from "./copy-records.ts";
import { errorCode, outputError } from "./output-error.ts";
import { openNewFile } from "./place-file.ts";
import { indexRecords } from "./record-index.ts";
import { openStanding } from "./reopen-file.ts";
import type { Standing } from "./sink.ts";
import { syncFolder } from "./sync-folder.ts";
import type { TableFormat } from "./table-text.ts";

/** Which records of a table stay. */
export interface RewriteOptions {
  readonly format: TableFormat;
  /** Where the table stands: what is behind it does not count. */
  readonly standing: Standing;
  /** Positions of the records that stay, from 0, each once, in the order that they get; read once. */
  readonly keep: Iterable<number>;
}

/** A table beside the one that it will replace. Disposed of, it is gone unless it was applied. */
export interface Rewrite extends AsyncDisposable {
  /** Where the table stands once this is applied. */
  readonly standing: Standing;
  /** Puts it in place of the table, durably. @throws DiskError */
  apply(): Promise<void>;
}

/**
 * Writes a table with some of the records of another, to be applied in its place: durable beside it
 * once this resolves. It goes on from `standing` like any other. Needs 8 bytes of memory per record. A
 * kill between noting the new standing and `apply` is made good by `finishRewrite`.
 * @throws UsageError for a table that is not as its standing tells, RangeError for a position without
 * a record, DiskError
 */
export async function prepareRewrite(path: string, options: RewriteOptions): Promise<Rewrite> {
  const { format, keep } = options;
  await using from = await openStanding(path, options.standing);
  const real = await realpath(path);
  const beside = besideOf(real);
  try {
    await rm(beside, { force: true });
    await using to = await openNewFile(beside);
    await to.chmod((await from.stat()).mode & 0o777);
    const index = await indexRecords(from, { format, bytes: options.standing.bytes });
    const written = await copyRecords({ from, to, format, index, keep });
    await to.sync();
    await syncFolder(dirname(real));
    const columns = written.bytes === 0 ? undefined : options.standing.columns;
    return {
      standing: { ...written, columns },
      apply: () => apply(real),
      [Symbol.asyncDispose]: () => rm(beside, { force: true }),
    };
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw errorCode(error) === undefined ? error : outputError(path, error);
  }
}

/**
 * Applies a rewrite that was prepared to `standing` before a kill, where it was not applied. Where
 * neither file has that standing all stays as it is, for `openTableSink` to tell.
 * @throws DiskError
 */
export async function finishRewrite(path: string, standing: Standing): Promise<void> {
  const real = await realpath(path).catch(() => path);
  try {
    if ((await checkStanding(real, standing)) === "as it was") {
      await rm(besideOf(real), { force: true });
    } else if ((await checkStanding(besideOf(real), standing)) === "as it was") await apply(real);
  } catch (error) {
    throw outputError(path, error);
  }
}

async function apply(real: string): Promise<void> {
  try {
    await rename(besideOf(real), real);
    await syncFolder(dirname(real));
  } catch (error) {
    throw outputError(real, error);
  }
}

/** Always the same name for a table, so that it is found again, and never too long. */
function besideOf(real: string): string {
  const tag = hash("sha256", basename(real), "hex").slice(0, 12);
  return join(dirname(real), `.fanfetch-rewrite-${tag}.part`);
}
