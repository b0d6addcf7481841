import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** One for the folder above, and two in case that another process takes that away again. */
const TRIES = 3;

/**
 * Makes a folder and those above it that are missing, readable by their owner alone, and notes them, the
 * innermost last. Beware: mkdir's `recursive` tells of a read-only disk as "no such file", and never ends
 * below /proc. @throws the system's error
 */
export function makeFoldersSync(path: string, made: string[], triesLeft = TRIES): void {
  try {
    mkdirSync(path, { mode: 0o700 });
    made.push(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && statSync(path).isDirectory()) return;
    // Where no folder can be made at all, /proc says "no such file" too, whatever is above.
    if (code !== "ENOENT" || dirname(path) === path || triesLeft === 0) throw error;
    makeFoldersSync(dirname(path), made);
    makeFoldersSync(path, made, triesLeft - 1);
  }
}
