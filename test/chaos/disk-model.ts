import { dirname } from "node:path";

import type { Chance } from "./chance.ts";
import type { DiskHistory, DiskOp } from "./disk-ops.ts";

/** Disks write sectors whole, and nothing larger. */
const SECTOR_BYTES = 512;

/** What is certain at one moment, and what the disk may still lose. */
export interface CrashPoint {
  /** Index of the first operation that had not begun. */
  readonly after: number;
  /** Contents that were synced. */
  readonly synced: ReadonlyMap<number, Buffer>;
  /** Names that were synced. */
  readonly names: ReadonlyMap<string, number>;
  /** Begun and not synced, in the order in which they ended. */
  readonly pending: readonly DiskOp[];
  readonly folders: ReadonlyMap<number, string>;
}

type ContentOp = Extract<DiskOp, { readonly kind: "write" | "cut" }>;
type NameOp = Extract<DiskOp, { readonly kind: "name" | "unname" | "rename" }>;

/**
 * What is certain when the power fails before operation `after`: that which a sync covers that had
 * returned by then. A sync covers what had ended when it began: of a file its content and (as ext4 does)
 * its own new name, of a folder all names in it.
 */
export function crashAt(history: DiskHistory, after: number): CrashPoint {
  const { ops, before, folders } = history;
  // A place in the log: what began behind it has not happened.
  const now = ops[after]?.began ?? Number.POSITIVE_INFINITY;
  const begun = ops.filter((op) => op.began < now);
  const syncs = begun.filter((op) => op.kind === "sync" && op.ended < now);
  const synced = new Map<number, Buffer>();
  const names = new Map<string, number>();
  for (const [path, { file, content }] of before) {
    synced.set(file, content);
    names.set(path, file);
  }
  const pending: DiskOp[] = [];
  for (const op of begun) {
    if (op.kind === "sync") continue;
    const covered = syncs.some(
      (sync) => sync.kind === "sync" && op.ended < sync.began && covers(sync.file, op, folders),
    );
    if (!covered) pending.push(op);
    else if (op.kind === "write" || op.kind === "cut") {
      synced.set(op.file, applied(synced.get(op.file) ?? Buffer.alloc(0), op));
    } else rename(names, op);
  }
  return { after, synced, names, pending, folders };
}

function covers(file: number, op: DiskOp, folders: ReadonlyMap<number, string>): boolean {
  if (op.kind === "write" || op.kind === "cut") return op.file === file;
  if (op.kind === "sync") return false;
  const folder = folders.get(file);
  if (folder === undefined) return op.kind !== "unname" && op.file === file;
  if (parentOf(op.path) === folder) return true;
  return op.kind === "rename" && parentOf(op.from) === folder;
}

function parentOf(path: string): string {
  const parent = dirname(path);
  return parent === "." ? "" : parent;
}

/** How much of what is not synced survives. */
export type Survival = "nothing" | "everything" | "some writes" | "torn writes";

/** Files by path as they are found after the power came back. */
export type FoundDisk = ReadonlyMap<string, Buffer>;

/**
 * One disk that a crash may leave: of what was not synced any part has survived, writes torn at any
 * sector, a file as long as its last write or not, names changed or not.
 */
export function chooseDisk(point: CrashPoint, survival: Survival, chance: Chance): FoundDisk {
  const contents = new Map(point.synced);
  const names = new Map(point.names);
  const keep = survival === "everything" ? 1 : survival === "nothing" ? 0 : chance.fraction();
  for (const op of point.pending) {
    if (op.kind === "write") {
      const content = contents.get(op.file) ?? Buffer.alloc(0);
      const fate =
        survival === "torn writes" ? "torn" : chance.fraction() < keep ? "whole" : "lost";
      if (fate === "lost") continue;
      const next = fate === "whole" ? applied(content, op) : torn(content, op, { keep, chance });
      contents.set(op.file, next);
    } else if (chance.fraction() < keep) {
      if (op.kind === "cut") contents.set(op.file, applied(contents.get(op.file)!, op));
      else if (op.kind !== "sync") rename(names, op);
    }
  }
  const found = new Map<string, Buffer>();
  for (const [path, file] of names) {
    if (point.folders.has(file) || !isReachable(path, names)) continue;
    found.set(path, contents.get(file) ?? Buffer.alloc(0));
  }
  return found;
}

/** A name whose folder was lost is lost with it. */
function isReachable(path: string, names: ReadonlyMap<string, number>): boolean {
  const parent = parentOf(path);
  return parent === "" || !path.includes("/") || (names.has(parent) && isReachable(parent, names));
}

function rename(names: Map<string, number>, op: NameOp): void {
  if (op.kind === "unname") {
    names.delete(op.path);
    return;
  }
  if (op.kind === "rename") names.delete(op.from);
  names.set(op.path, op.file);
}

/** A content after a write or a cut that went through; what was given stays as it is. */
function applied(content: Buffer, op: ContentOp): Buffer {
  const length = op.kind === "cut" ? op.length : Math.max(content.length, op.at + op.bytes.length);
  const next = Buffer.alloc(length);
  content.copy(next);
  if (op.kind === "write") op.bytes.copy(next, op.at);
  return next;
}

/** A write of which only some sectors arrived, and the new length perhaps without them. */
function torn(
  content: Buffer,
  { at, bytes }: Extract<DiskOp, { readonly kind: "write" }>,
  { keep, chance }: { readonly keep: number; readonly chance: Chance },
): Buffer {
  const end = at + bytes.length;
  let reached = chance.fraction() < keep ? end : content.length;
  const next = Buffer.alloc(Math.max(content.length, end));
  content.copy(next);
  for (let from = at; from < end; from = nextSector(from)) {
    if (chance.fraction() >= keep) continue;
    const to = Math.min(end, nextSector(from));
    bytes.copy(next, from, from - at, to - at);
    reached = Math.max(reached, to);
  }
  return next.subarray(0, Math.max(content.length, reached));
}

function nextSector(at: number): number {
  return (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES;
}
