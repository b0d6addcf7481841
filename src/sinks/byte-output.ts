/** Where the bytes of a table go: a file, or somebody else's stream. */
export interface ByteOutput {
  /** Whether what was written can be read again and cut, or has gone. */
  readonly kind: "file" | "stream";
  /** Writes all of `bytes`, which end with a whole record, or none. @throws DiskError, ClosedPipe */
  write(bytes: Uint8Array): Promise<void>;
  /** Everything written is on the disk, where there is one. @throws DiskError */
  sync(): Promise<void>;
  /** Lets go of it. @throws DiskError */
  close(): Promise<void>;
  /** Lets go of it and takes back what opening it made, if nothing was written. */
  abandon(): Promise<void>;
}
