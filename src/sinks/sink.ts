import type { BodyFile } from "../core/response.ts";

/** A body to be saved, and under which name below the sink's folder: folders and a file, as parts. */
export interface SavedBody {
  readonly path: readonly string[];
  /** Tells two rows with one name apart, the same way in every run. */
  readonly key: string;
  /** Undefined where an equal body is or will be there, saved for an earlier record. */
  readonly body: Uint8Array | BodyFile | undefined;
  /** The path that is claimed for it already. @default claimed for `path` and `key` when it is saved */
  readonly at?: string | undefined;
  /** When it was changed, since the epoch. @default when it is saved */
  readonly modifiedMs?: number | undefined;
}

/** One record of output: values by column. Records of one table share their list of columns. */
export interface OutputRecord {
  readonly columns: readonly string[];
  readonly values: readonly unknown[];
  /** Records that stand in its place, where an answer is several or none; it has no values of its own then. */
  readonly items?: Iterable<OutputRecord> | undefined;
  /** The body that is saved beside the record, where bodies are. */
  readonly saved?: SavedBody | undefined;
  /** Where that body was saved. */
  readonly savedAt?: string | undefined;
}

/** Where an output stands: what it holds up to here is whole records and nothing that ends them. */
export interface Standing {
  readonly bytes: number;
  /** CRC-32 of all these bytes, as `zlib.crc32` counts it. */
  readonly checksum: number;
  /** The columns of a CSV or TSV header, else of the first record; undefined before it. */
  readonly columns: readonly string[] | undefined;
}

/** A record that waits for its turn (only with the order of the input). */
export interface HeldRecord {
  readonly row: number;
  readonly record: OutputRecord;
}

/** What is durable by now: exactly the records of `rows`, beside those of the marks before. */
export interface Mark {
  /** Rows whose records the output has since the last mark, in the order in which they stand there. */
  readonly rows: readonly number[];
  /** Undefined for what cannot be cut: a stream, a device, no table at all. */
  readonly standing: Standing | undefined;
  /** Records taken since the last mark that still wait for their turn. */
  readonly held: readonly HeldRecord[];
}

/** How a sink keeps count for marks. */
export interface MarkOptions {
  /** Whether rows are collected for the next mark: only where someone commits. @default "none" */
  readonly marks?: "kept" | "none" | undefined;
}

/** Takes records, whole ones only. */
export interface Sink extends AsyncDisposable {
  /**
   * Takes the record of one row; gives a promise only when the caller has to wait.
   * @throws DiskError, ClosedPipe
   */
  write(record: OutputRecord, rowNumber: number): Promise<void> | void;
  /**
   * Makes durable what has reached the output at the moment of the call, and nothing that comes after:
   * the mark tells exactly that. Writes may go on meanwhile; a second call waits for the first.
   * @throws DiskError, ClosedPipe
   */
  commit(): Promise<Mark>;
  /**
   * Ends the output properly, whole or stopped, once everything taken is in it. Gives the last mark:
   * where it stands before its ending, so that another run can go on from there.
   * @throws DiskError, ClosedPipe
   */
  close(): Promise<Mark>;
}

/** The reader of our output has gone (`| head`); no fault of anyone. */
export class ClosedPipe extends Error {
  override readonly name = "ClosedPipe";
}
