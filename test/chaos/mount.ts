import { spawnSync } from "node:child_process";
import { mkdirSync, rmdirSync } from "node:fs";

/** A file system of our own; unmounted when it is disposed of. */
export interface Mount extends Disposable {
  readonly path: string;
  /** Mounts it anew with other options, as `mount -o remount,…` does. */
  remount(options: string): void;
}

/** Runs a program to its end. @throws Error with what it said where it fails. */
export function runProgram(program: string, ...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status === 0) return;
  throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
}

/** Mounts memory of a size, such as `200k`. @throws Error where that is not allowed. */
export function mountMemory(path: string, size: string): Mount {
  return mount(path, "-t", "tmpfs", "-o", `size=${size},mode=755`, "tmpfs");
}

/** Mounts an image of a file system. @throws Error where that is not allowed. */
export function mountImage(path: string, image: string): Mount {
  return mount(path, "-o", "loop", image);
}

function mount(path: string, ...args: readonly string[]): Mount {
  mkdirSync(path, { recursive: true });
  runProgram("mount", ...args, path);
  return {
    path,
    remount: (options) => runProgram("mount", "-o", `remount,${options}`, path),
    [Symbol.dispose]() {
      runProgram("umount", path);
      rmdirSync(path);
    },
  };
}

/** Why nothing can be mounted here; undefined where it can. */
export function strangerToMount(scratch: string): string | undefined {
  try {
    mountMemory(scratch, "64k")[Symbol.dispose]();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
