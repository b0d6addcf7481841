/** The disk refused: nothing more can be written, what was written before is whole. */
export class DiskError extends Error {
  override readonly name = "DiskError";
}
