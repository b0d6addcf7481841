import { statfsSync } from "node:fs";
import { join } from "node:path";

import { NoLocks, RunLocked } from "./journal-format.ts";
import { openDatabase } from "./open-database.ts";

/** File systems over a network, by the number that statfs tells (Linux, magic.h). */
const NETWORKS: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x517b, "SMB"],
]);

const BUSY = 5;

/**
 * Holds a run for this process until it is disposed of or the process ends in whatever way: the kernel
 * holds the lock (SQLite's, on an empty database), so that none is ever stale and no pid has to be asked.
 * @throws RunLocked, or NoLocks on a file system whose locks may not hold.
 */
export function lockRun(directory: string, fileSystem = fileSystemOf(directory)): Disposable {
  const network = NETWORKS.get(fileSystem);
  if (network !== undefined) {
    throw new NoLocks(
      `${directory} is on ${network}, where locks and the order of writes cannot be relied on; name a directory on a local disk with --run`,
    );
  }
  const database = openDatabase(join(directory, "lock"));
  try {
    // Whoever only asks whether a run is locked holds it for a moment.
    database.exec("PRAGMA busy_timeout = 200");
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    const { errcode } = error as { errcode?: number };
    if (errcode === undefined || (errcode & 0xff) !== BUSY) throw error;
    throw new RunLocked(`${directory} is being run by another process`, { cause: error });
  }
  return { [Symbol.dispose]: () => database.close() };
}

/** Whether some process holds the run. */
export function isLocked(directory: string): boolean {
  try {
    lockRun(directory)[Symbol.dispose]();
    return false;
  } catch (error) {
    if (error instanceof RunLocked) return true;
    throw error;
  }
}

function fileSystemOf(directory: string): number {
  return process.platform === "linux" ? statfsSync(directory).type : 0;
}
