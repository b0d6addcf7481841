import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** The copy of an input that can be read only once, or may have changed later, in the directory of its run. */
export const INPUT_FILE = "input";

/** A copy that grows. Synchronous, for the journal's thread. */
export interface InputCopy {
  /** @throws the system's error */
  add(bytes: Uint8Array): void;
  /** What was added is on the disk; before the commit of any row of it. @throws the system's error */
  sync(): void;
}

/** Begins the copy of a new run, or goes on with one: with a list of lines, behind its last whole line. */
export function openInputCopy(directory: string, how: "begin" | "go on"): InputCopy {
  const path = join(directory, INPUT_FILE);
  const file = openSync(path, how === "begin" ? "wx" : "a+", 0o600);
  if (how === "go on") cutLastLine(file);
  let state: "synced" | "written" = "synced";
  return {
    add(bytes) {
      state = "written";
      for (let done = 0; done < bytes.byteLength;) done += writeSync(file, bytes, done);
    },
    sync() {
      if (state === "written") fdatasyncSync(file);
      state = "synced";
    },
  };
}

/** Cuts off what a kill left of a line. */
function cutLastLine(file: number): void {
  const { size } = fstatSync(file);
  const piece = Buffer.alloc(PIECE_BYTES);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - PIECE_BYTES);
    const read = readSync(file, piece, 0, end - start, start);
    const last = piece.subarray(0, read).lastIndexOf(0x0a);
    if (last !== -1 || start === 0) {
      const whole = start + last + 1;
      if (whole < size) ftruncateSync(file, whole);
      return;
    }
    end = start;
  }
}

const PIECE_BYTES = 1024 * 1024;

/** Whether a file begins with everything that was copied for the run. */
export function continuesInput(directory: string, path: string): boolean {
  const copy = join(directory, INPUT_FILE);
  if (!existsSync(copy)) return false;
  const { size } = statSync(copy);
  if (size > statSync(path).size) return false;
  const [one, other] = [openSync(copy, "r"), openSync(path, "r")];
  try {
    const [left, right] = [Buffer.alloc(PIECE_BYTES), Buffer.alloc(PIECE_BYTES)];
    for (let at = 0; at < size; at += PIECE_BYTES) {
      const length = Math.min(PIECE_BYTES, size - at);
      readSync(one, left, 0, length, at);
      readSync(other, right, 0, length, at);
      if (left.compare(right, 0, length, 0, length) !== 0) return false;
    }
    return true;
  } finally {
    closeSync(one);
    closeSync(other);
  }
}

/** A larger file is not copied: what it held is known as long as it stays. */
const MOST_COPIED_BYTES = 16 * 1024 * 1024;

/**
 * Copies an input that is a file, so that a later run can be compared with this one when the file has
 * changed. Nothing else rests on the copy: where the disk refuses there is none.
 */
export function copyInput(path: string, directory: string): void {
  const copy = join(directory, INPUT_FILE);
  try {
    if (statSync(path).size > MOST_COPIED_BYTES) return;
    copyFileSync(path, copy, constants.COPYFILE_EXCL);
    chmodSync(copy, 0o600);
  } catch {
    rmSync(copy, { force: true });
  }
}

/** Makes a file that was read to its end the input of a run, in place of what was copied before. */
export function takeInput(path: string, directory: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(path, join(directory, INPUT_FILE));
}
