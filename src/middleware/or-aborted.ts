import { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";

/** A wait whose rejection, which can only be the signal's, is the Failure E_ABORTED. */
export async function orAborted<T>(wait: Promise<T>, request: HttpRequest): Promise<T> {
  try {
    return await wait;
  } catch (cause) {
    throw new Failure("E_ABORTED", "stopped", { request, cause, unsent: true });
  }
}
