/** A value does not fit the expression that was to select from it, as when `length()` meets a number. */
export class SelectError extends Error {
  override readonly name = "SelectError";
}
