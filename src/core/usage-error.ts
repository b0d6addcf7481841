/**
 * Wrong use or wrong input, found before anything was sent: one sentence that names the place and the
 * nearest right thing. The command line prints it and exits with 2.
 */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
