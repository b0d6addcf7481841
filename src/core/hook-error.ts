/** A function of the user's threw; its own error is the cause. */
export class HookError extends Error {
  override readonly name = "HookError";

  /** `what` names the function as its message does: `the function each`. */
  constructor(what: string, cause: unknown) {
    const words = cause instanceof Error ? cause.message : String(cause);
    super(`${what} threw: ${words}`, { cause });
  }
}
