import { dirname } from "node:path";

import type { Chance } from "./chance.ts";
import type { DiskHistory, DiskOp } from "./disk-ops.ts";

/** Disks write sectors whole, and nothing larger. */
const SECTOR_BYTES = 512;

/** What is certain at one moment, and what the disk may still lose. */
export interface CrashPoint {
  /** Contents that were synced. */
  readonly synced: ReadonlyMap<number, Buffer>;
  /** Names that were synced. */
  readonly names: ReadonlyMap<string, number>;
  /** Begun and not synced, in the order in which they ended. */
  readonly pending: readonly DiskOp[];
  readonly folders: ReadonlyMap<number, string>;
}

const NOTHING = Buffer.alloc(0);

type NameOp = Extract<DiskOp, { readonly kind: "name" | "unname" | "rename" }>;

/** The places of a history at which the power may fail, in order: before each operation, and at the end. */
export function crashPlaces({ ops }: DiskHistory): readonly number[] {
  const places = new Set(ops.map((op) => op.began)).add(Number.POSITIVE_INFINITY);
  return [...places].sort((one, other) => one - other);
}

/**
 * What is certain when the power fails at a place of the log: that which a sync covers that had
 * returned by then. A sync covers what had ended when it began: of a file its content and (as ext4 does)
 * its own new name, of a folder all names in it.
 */
export function crashAt({ ops, before, folders }: DiskHistory, now: number): CrashPoint {
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
      const content = new Content(synced.get(op.file));
      if (op.kind === "write") content.write(op.bytes, op.at);
      else content.cut(op.length);
      synced.set(op.file, content.bytes);
    } else rename(names, op);
  }
  return { synced, names, pending, folders };
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
  const changed = new Map<number, Content>();
  const names = new Map(point.names);
  const keep = survival === "everything" ? 1 : survival === "nothing" ? 0 : chance.fraction();
  function contentOf(file: number): Content {
    let content = changed.get(file);
    if (content === undefined) changed.set(file, (content = new Content(point.synced.get(file))));
    return content;
  }
  for (const op of point.pending) {
    if (op.kind === "write" && survival === "torn writes") {
      tear(contentOf(op.file), op, { keep, chance });
    } else if (chance.fraction() < keep) {
      if (op.kind === "write") contentOf(op.file).write(op.bytes, op.at);
      else if (op.kind === "cut") contentOf(op.file).cut(op.length);
      else if (op.kind !== "sync") rename(names, op);
    }
  }
  const found = new Map<string, Buffer>();
  for (const [path, file] of names) {
    if (point.folders.has(file) || !isReachable(path, names)) continue;
    found.set(path, changed.get(file)?.bytes ?? point.synced.get(file) ?? NOTHING);
  }
  return found;
}

/** The content of a file that is being changed; what it is made from stays as it is. */
class Content {
  #bytes: Buffer;
  #length: number;

  constructor(from: Buffer = NOTHING) {
    this.#bytes = Buffer.allocUnsafe(from.length + SPARE_BYTES);
    this.#length = from.copy(this.#bytes);
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  write(bytes: Buffer, at: number): void {
    this.reach(at + bytes.length);
    bytes.copy(this.#bytes, at);
  }

  /** Is at least so long, filled with zeros. */
  reach(length: number): void {
    if (length <= this.#length) return;
    if (length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(length * 2);
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    this.#bytes.fill(0, this.#length, length);
    this.#length = length;
  }

  cut(length: number): void {
    if (length < this.#length) this.#length = length;
    else this.reach(length);
  }
}

/** Room for what is not synced yet, so that it rarely has to grow. */
const SPARE_BYTES = 64 * 1024;

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

/** A write of which only some sectors arrived, and the new length perhaps without them. */
function tear(
  content: Content,
  { at, bytes }: Extract<DiskOp, { readonly kind: "write" }>,
  { keep, chance }: { readonly keep: number; readonly chance: Chance },
): void {
  const end = at + bytes.length;
  if (chance.fraction() < keep) content.reach(end);
  for (let from = at; from < end; from = nextSector(from)) {
    if (chance.fraction() >= keep) continue;
    const to = Math.min(end, nextSector(from));
    content.write(bytes.subarray(from - at, to - at), from);
  }
}

function nextSector(at: number): number {
  return (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES;
}
