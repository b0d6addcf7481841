import { dirname, join, resolve } from "node:path";

import { descriptorOf, stringsOf, type TracedCall } from "./trace-log.ts";

/** A change of the disk that a run asked for. Files are numbers, whatever they are called by then. */
export type DiskOp = (
  | { readonly kind: "name"; readonly path: string; readonly file: number }
  | { readonly kind: "unname"; readonly path: string }
  | { readonly kind: "rename"; readonly from: string; readonly path: string; readonly file: number }
  | { readonly kind: "write"; readonly file: number; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: "cut"; readonly file: number; readonly length: number }
  | { readonly kind: "sync"; readonly file: number }
) & { readonly began: number; readonly ended: number };

/** Everything that a run did to the files below a folder. */
export interface DiskHistory {
  readonly ops: readonly DiskOp[];
  /** Files and folders that were there before, by path below the folder. */
  readonly before: ReadonlyMap<string, { readonly file: number; readonly content: Buffer }>;
  /** Which numbers are folders, each with its path. */
  readonly folders: ReadonlyMap<number, string>;
}

/** What is open. */
interface Opened {
  readonly file: number;
  readonly path: string;
  /** Place in the log since when. */
  readonly since: number;
  /** Where the next `write` goes. */
  at: number;
}

/**
 * Follows the calls of a log: descriptors, names and offsets. `root` is the job's folder, in which the
 * run was started; `content` is what it held then, by path below it. What is outside is left out.
 */
export function followDisk(
  calls: readonly TracedCall[],
  root: string,
  content: ReadonlyMap<string, Buffer>,
): DiskHistory {
  const ops: DiskOp[] = [];
  const before = new Map<string, { readonly file: number; readonly content: Buffer }>();
  const folders = new Map<number, string>([[0, ""]]);
  const names = new Map<string, number>([["", 0]]);
  const opened = new Map<number, Opened>();
  let files = 1;

  function newFile(path: string): number {
    names.set(path, files);
    return files++;
  }
  function folderBefore(path: string): void {
    if (path === "." || names.has(path)) return;
    folderBefore(dirname(path));
    const file = newFile(path);
    folders.set(file, path);
    before.set(path, { file, content: Buffer.alloc(0) });
  }
  for (const [path, bytes] of content) {
    folderBefore(dirname(path));
    before.set(path, { file: newFile(path), content: bytes });
  }

  /** The path below the root; undefined for what is elsewhere. */
  function below(bytes: Buffer): string | undefined {
    let path = bytes.toString();
    const through = /^\/proc\/self\/fd\/(\d+)(?:\/(.*))?$/s.exec(path);
    if (through !== null) {
      const folder = opened.get(Number(through[1]));
      if (folder === undefined) return undefined;
      path = join(root, folder.path, through[2] ?? "");
    }
    const absolute = resolve(root, path);
    if (absolute === root) return "";
    return absolute.startsWith(`${root}/`) ? absolute.slice(root.length + 1) : undefined;
  }

  for (const call of calls) {
    const { name, args, result, began, ended } = call;
    if (name === "close") {
      const number = descriptorOf(args)!;
      // It may be given out again before the log tells that its `close` has returned.
      if ((opened.get(number)?.since ?? began) < began) opened.delete(number);
    }
    if (result < 0) continue;
    const time = { began, ended };
    const strings = stringsOf(args);
    if (name === "openat") {
      const path = below(strings[0]!);
      if (path === undefined) continue;
      let file = names.get(path);
      if (file === undefined) {
        if (!args.includes("O_CREAT")) continue;
        file = newFile(path);
        ops.push({ kind: "name", path, file, ...time });
      } else if (args.includes("O_TRUNC")) {
        ops.push({ kind: "cut", file, length: 0, ...time });
      }
      opened.set(result, { file, path, since: ended, at: 0 });
      continue;
    }
    const descriptor = descriptorOf(args);
    const target = descriptor === undefined ? undefined : opened.get(descriptor);
    if (target !== undefined) {
      const { file } = target;
      if (name === "pwrite64" || name === "write") {
        const at = name === "write" ? target.at : Number(/(\d+)$/.exec(args)![1]);
        target.at = name === "write" ? at + result : target.at;
        ops.push({ kind: "write", file, at, bytes: strings[0]!.subarray(0, result), ...time });
      } else if (name === "ftruncate") {
        ops.push({ kind: "cut", file, length: Number(/(\d+)$/.exec(args)![1]), ...time });
      } else if (name === "fsync" || name === "fdatasync") {
        ops.push({ kind: "sync", file, ...time });
      }
      continue;
    }
    const paths = strings.map(below);
    const [path, to] = paths;
    if (path === undefined) continue;
    if (name === "mkdir") {
      const file = newFile(path);
      folders.set(file, path);
      ops.push({ kind: "name", path, file, ...time });
    } else if (name === "unlink" || name === "rmdir") {
      names.delete(path);
      ops.push({ kind: "unname", path, ...time });
    } else if (to !== undefined && names.has(path)) {
      const file = names.get(path)!;
      names.set(to, file);
      if (name === "link") ops.push({ kind: "name", path: to, file, ...time });
      else {
        names.delete(path);
        ops.push({ kind: "rename", from: path, path: to, file, ...time });
      }
    }
  }
  return { ops, before, folders };
}
