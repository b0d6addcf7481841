import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "vitest";

/** Registers a test. */
export type Register = (title: string, body: () => Promise<void>) => void;

/**
 * Tests that need something of the machine: where it is missing they are skipped, visibly, with the
 * reason; in CI they fail.
 */
export function testWhere(reason: string | undefined): Register {
  if (reason === undefined) return (title, body) => test(title, body);
  if (process.env["CI"] !== "true") return (title) => test.skip(`${title} (${reason})`, () => {});
  return (title) =>
    test(title, () => {
      throw new Error(reason);
    });
}

/** Why nothing can be mounted here; undefined where it can. */
export function whyNoMounts(): string | undefined {
  const path = join(mkdtempSync(join(tmpdir(), "fanfetch-mount-")), "disk");
  try {
    mountMemory(path, "64k")[Symbol.dispose]();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    rmdirSync(join(path, ".."));
  }
}

/** Why strace cannot be used here; undefined where it can. */
export function whyNoStrace(): string | undefined {
  const { status, error } = spawnSync("strace", ["-o", "/dev/null", "true"]);
  if (error !== undefined) return "strace is not installed";
  return status === 0 ? undefined : "strace is not allowed to trace";
}

/** A disk of its own; gone with the test. */
export interface Disk extends Disposable {
  readonly path: string;
  /** Mounts it anew: `size=10m`, `ro`. */
  remount(options: string): void;
}

/** Mounts memory of a size, such as `200k`. @throws Error where that is not allowed. */
export function mountMemory(path: string, size: string): Disk {
  mkdirSync(path, { recursive: true });
  try {
    mount("-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path);
  } catch (error) {
    rmdirSync(path);
    throw error;
  }
  return {
    path,
    remount: (options) => mount("-o", `remount,${options}`, path),
    [Symbol.dispose]() {
      run("umount", [path]);
      rmdirSync(path);
    },
  };
}

function mount(...args: readonly string[]): void {
  run("mount", args);
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program}: ${error?.message ?? stderr.trim()}`);
}

/** What becomes of system calls. */
export interface Fate {
  /** Names as strace has them: `pwrite64`, `fdatasync,fsync`. */
  readonly calls: string;
  /** Only those about this path. @default every one */
  readonly path?: string;
  /** In strace's words: `error=EIO`. */
  readonly effect: string;
  /** In strace's words, counted by thread: `1`, `3+`. @default "1+" */
  readonly when?: string;
  /** Where the calls are noted. @default nowhere */
  readonly log?: string;
}

/** The command under which calls meet their fate. */
export function strace({ calls, path, effect, when = "1+", log = "/dev/null" }: Fate): string[] {
  const fate = `inject=${calls}:${effect}:when=${when}`;
  const where = path === undefined ? [] : ["-P", path];
  return ["strace", "-f", "-qq", "-o", log, ...where, "-e", `trace=${calls}`, "-e", fate];
}

/** The command under which a limit of the shell holds: `-n 40` descriptors, `-f 8` blocks a file. */
export function limited(limit: string): string[] {
  return ["sh", "-c", `ulimit ${limit}; exec "$@"`, "sh"];
}
