import {
  closeSync,
  constants,
  fdatasyncSync,
  fsyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

/** A file that only grows. What counts is what its records speak of; bytes behind that were never promised. */
export interface PackFile extends Disposable {
  /** Where the next bytes go. */
  readonly length: number;
  /**
   * Writes bytes at the end; gives their place. After an error `length` is what it was.
   * @throws the file system's error.
   */
  append(bytes: Uint8Array): number;
  /** Returns when all that was appended would survive a power cut. */
  sync(): void;
  /** The bytes at a place; fewer where the file ends. */
  read(place: number, bytes: number): Buffer;
  /** Closes and deletes it. */
  remove(): void;
}

/** How to open one. */
export interface PackFileOptions {
  /** What the records speak of; when it is opened for writing, it is cut there. "all" cuts nothing. */
  readonly recordedBytes: number | "all";
  /** "read" leaves the file as it is: another process may be appending to it. @default "write" */
  readonly access?: "read" | "write";
}

/**
 * Opens a pack; for writing, it is made if it is missing.
 * @throws the file system's error.
 */
export function openPackFile(
  path: string,
  { recordedBytes, access = "write" }: PackFileOptions,
): PackFile {
  const flags = access === "read" ? constants.O_RDONLY : constants.O_RDWR | constants.O_CREAT;
  const file = openSync(path, flags, 0o600);
  const { size } = fstatSync(file);
  const counted = recordedBytes === "all" ? size : recordedBytes;
  let length = counted;
  let unsynced = false;
  if (access === "write") {
    if (size > counted) ftruncateSync(file, counted);
    if (size === 0) syncFolder(dirname(path));
  }

  return {
    get length() {
      return length;
    },
    append(bytes) {
      const place = length;
      unsynced = true;
      for (let done = 0; done < bytes.byteLength;) {
        done += writeSync(file, bytes, done, bytes.byteLength - done, place + done);
      }
      length += bytes.byteLength;
      return place;
    },
    sync() {
      if (unsynced) fdatasyncSync(file);
      unsynced = false;
    },
    read(place, bytes) {
      const buffer = Buffer.allocUnsafe(bytes);
      let done = 0;
      while (done < bytes) {
        const more = readSync(file, buffer, done, bytes - done, place + done);
        if (more === 0) break;
        done += more;
      }
      return buffer.subarray(0, done);
    },
    remove() {
      closeSync(file);
      unlinkSync(path);
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

/** Makes the name of a new file survive a power cut. */
function syncFolder(path: string): void {
  // Windows opens no folders, and needs none of this.
  if (process.platform === "win32") return;
  const folder = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
