import type { BodyFile } from "../core/response.ts";

/** A body to be saved, and under which name below the sink's folder: folders and a file, as parts. */
export interface SavedBody {
  readonly path: readonly string[];
  /** Tells two rows with one name apart, the same way in every run. */
  readonly key: string;
  readonly body: Uint8Array | BodyFile;
}

/** One record of output: values by column. Records of one table share their list of columns. */
export interface OutputRecord {
  readonly columns: readonly string[];
  readonly values: readonly unknown[];
  /** The body that is saved beside the record, where bodies are. */
  readonly saved?: SavedBody | undefined;
}

/** Where a sink stands: everything before it is written. For tables the length of the file in bytes. */
export interface Mark {
  readonly bytes: number;
}

/** Takes records, whole ones only. */
export interface Sink extends AsyncDisposable {
  /**
   * Takes the record of one row; gives a promise only when the caller has to wait.
   * @throws DiskError, ClosedPipe
   */
  write(record: OutputRecord, rowNumber: number): Promise<void> | void;
  /** Everything taken so far is with the system. @throws DiskError, ClosedPipe */
  commit(): Promise<Mark>;
  /** Ends the output properly, whole or stopped. @throws DiskError, ClosedPipe */
  close(): Promise<void>;
}

/** The disk refused: nothing more can be written, what was written before is whole. */
export class DiskError extends Error {
  override readonly name = "DiskError";
}

/** The reader of our output has gone (`| head`); no fault of anyone. */
export class ClosedPipe extends Error {
  override readonly name = "ClosedPipe";
}
