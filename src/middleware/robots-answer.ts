import { open, unlink } from "node:fs/promises";

import { createCall } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import { createRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Send } from "../core/send.ts";
import { ROBOTS_BYTES } from "../protocol/robots-txt.ts";

/** Whose robots.txt is asked for. */
export interface RobotsQuestion {
  readonly origin: string;
  /** As of the request that waits for it: it must not lead to where that may not. */
  readonly reach: "public" | undefined;
  readonly signal: AbortSignal;
}

/**
 * What an origin answers to the question for its robots.txt (RFC 9309 §2.3.1): the file's bytes;
 * "unavailable" where there is none (4xx, too many redirects); "unreachable" where nobody can tell (5xx,
 * no whole answer). Rejects only with a Failure E_ABORTED.
 */
export async function askForRobots(
  send: Send,
  { origin, reach, signal }: RobotsQuestion,
): Promise<Uint8Array | "unavailable" | "unreachable"> {
  const plain = createRequest({ url: `${origin}/robots.txt` });
  try {
    const response = await send(
      reach === undefined ? plain : { ...plain, reach },
      createCall(signal),
    );
    if (response.status >= 500) return "unreachable";
    return response.ok ? await bytesOf(response) : "unavailable";
  } catch (error) {
    if (!(error instanceof Failure) || error.code === "E_ABORTED") throw error;
    return error.code === "E_REDIRECT" ? "unavailable" : "unreachable";
  }
}

/** As much of a body as is read, from memory or from a file, which then is nobody's. */
async function bytesOf({ body }: HttpResponse): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const file = await open(body.path);
  try {
    // One byte more than is read tells that there is more.
    const bytes = new Uint8Array(ROBOTS_BYTES + 1);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
    await unlink(body.path);
  }
}
