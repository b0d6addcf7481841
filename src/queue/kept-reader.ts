import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";

import { createBodyHash, unpackedChunks } from "./kept-chunks.ts";
import { openPackFile, type PackFile } from "./pack-file.ts";

/** The file of kept bodies in a run's directory. */
export const KEPT_FILE = "kept.pack";

/** A body's row in the table `kept`. */
export interface KeptRow {
  readonly id: number;
  /** First 16 bytes of its SHA-256. */
  readonly hash: Uint8Array;
  readonly place: number;
  readonly packedBytes: number;
  readonly bytes: number;
}

/** A kept body that is not what it was. */
export class DamagedBody extends Error {
  override readonly name = "DamagedBody";
  readonly id: number;

  constructor(id: number, why: string, cause?: unknown) {
    super(`kept answer ${id} is damaged in ${KEPT_FILE}: ${why}`, { cause });
    this.id = id;
  }
}

/** Kept bodies, to be read. */
export interface KeptReader extends Disposable {
  /**
   * A whole body, checked.
   * @throws RangeError for an id that is none, DamagedBody, and the file system's errors.
   */
  get(id: number): Uint8Array;
  /**
   * The same in pieces of a few megabytes. Whether it is damaged is certain only after the last one: then
   * at the latest this throws.
   */
  chunks(id: number): Generator<Uint8Array>;
  /** Reads all bodies that are recorded and tells of each that is damaged. */
  verify(): Generator<DamagedBody>;
}

/**
 * Opens the kept bodies of a run for reading, also while the run goes on in another process: nothing is
 * changed. The database may be read-only. Undefined for a run that keeps none.
 * @throws the file system's error where the file is missing.
 */
export function readKeptAnswers(database: DatabaseSync, directory: string): KeptReader | undefined {
  const table = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'kept'").get();
  if (table === undefined) return undefined;
  const file = openPackFile(join(directory, KEPT_FILE), { recordedBytes: 0, access: "read" });
  return { ...createKeptReader(database, file), [Symbol.dispose]: () => file[Symbol.dispose]() };
}

/** A reader over a table that is there and a file that someone else closes. */
export function createKeptReader(
  database: DatabaseSync,
  file: PackFile,
  /** Finds a row that is not in the table yet. */
  unrecorded: (id: number) => KeptRow | undefined = () => undefined,
): Omit<KeptReader, typeof Symbol.dispose> {
  const select = database.prepare("SELECT * FROM kept WHERE id = ?");

  function rowOf(id: number): KeptRow {
    const row = unrecorded(id) ?? (select.get(id) as KeptRow | undefined);
    if (row === undefined) throw new RangeError(`there is no kept answer ${id}`);
    return row;
  }

  return {
    *chunks(id) {
      yield* checked(file, rowOf(id));
    },
    get(id) {
      const row = rowOf(id);
      const whole = roomFor(row);
      let used = 0;
      for (const piece of checked(file, row)) {
        if (piece.byteLength > row.bytes - used) throw isNotAsLong(id);
        whole.set(piece, used);
        used += piece.byteLength;
      }
      if (used < row.bytes) throw isNotAsLong(id);
      return whole;
    },
    *verify() {
      const rows = database.prepare("SELECT * FROM kept ORDER BY id").iterate();
      for (const row of rows as Iterable<unknown> as Iterable<KeptRow>) {
        try {
          for (const _piece of checked(file, row));
        } catch (error) {
          if (!(error instanceof DamagedBody)) throw error;
          yield error;
        }
      }
    },
  };
}

/** Memory for a body: joined from its pieces, a large one would be there twice. @throws DamagedBody */
function roomFor({ id, bytes }: KeptRow): Buffer {
  try {
    return Buffer.allocUnsafe(bytes);
  } catch {
    throw isNotAsLong(id);
  }
}

function isNotAsLong(id: number): DamagedBody {
  return new DamagedBody(id, "it is not as long as its record says");
}

/** The pieces of a body, and an error in place of its end if they are not what was kept. */
function* checked(file: PackFile, row: KeptRow): Generator<Uint8Array> {
  const hash = createBodyHash();
  const pieces = unpackedChunks(file, row.place, row.place + row.packedBytes);
  for (;;) {
    const piece = nextOf(pieces, row.id);
    if (piece === undefined) break;
    hash.update(piece);
    yield piece;
  }
  if (Buffer.compare(hash.end(), row.hash) !== 0) {
    throw new DamagedBody(row.id, "its bytes do not have the hash that they were kept under");
  }
}

/** The next piece; what cannot be unpacked is damage, what cannot be read is not. */
function nextOf(pieces: Generator<Uint8Array>, id: number): Uint8Array | undefined {
  try {
    const { value, done } = pieces.next();
    return done === true ? undefined : value;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    throw new DamagedBody(id, (error as Error).message, error);
  }
}
