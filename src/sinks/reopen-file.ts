import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
import { compareStanding, type StandingCheck } from "./check-standing.ts";
import { errorCode, reasonOf } from "./output-error.ts";
import type { Standing } from "./sink.ts";

/**
 * Opens the file of an earlier run to go on with it, cut where that stood: what is behind was never
 * committed.
 * @throws UsageError as `openStanding`
 */
export async function reopenFile(path: string, standing: Standing): Promise<FileHandle> {
  const handle = await openStanding(path, standing);
  try {
    await handle.truncate(standing.bytes);
  } catch (error) {
    await handle.close();
    throw new UsageError(`cannot go on with ${visible(path)}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  return handle;
}

/**
 * Opens the file of an earlier run as it is, to read and to write. Where the run left no byte, the file
 * is made if it is missing.
 * @throws UsageError for a file that is not as the run left it; it stays as it is.
 */
export async function openStanding(path: string, standing: Standing): Promise<FileHandle> {
  let handle: FileHandle | undefined;
  try {
    const { O_RDWR, O_CREAT } = constants;
    handle = await open(path, O_RDWR | (standing.bytes === 0 ? O_CREAT : 0));
    const found = await compareStanding(handle, standing);
    if (found !== "as it was") throw new UsageError(changeOf(path, found, standing));
    return handle;
  } catch (error) {
    await handle?.close();
    if (error instanceof UsageError) throw error;
    const sentence =
      errorCode(error) === "ENOENT" && standing.bytes > 0
        ? changeOf(path, "missing", standing)
        : `cannot go on with ${visible(path)}: ${reasonOf(error)}`;
    throw new UsageError(sentence, { cause: error });
  }
}

function changeOf(
  path: string,
  change: Exclude<StandingCheck, "as it was">,
  { bytes }: Standing,
): string {
  const shown = visible(path);
  switch (change) {
    case "missing":
      return `${shown} is not there any more, and with it ${bytes} bytes of this run's records; nothing was sent`;
    case "shorter":
      return `${shown} is shorter than the ${bytes} bytes of records that this run left in it; nothing was sent`;
    case "changed":
      return `the first ${bytes} bytes of ${shown} are not the records that this run wrote; nothing was sent`;
  }
}
