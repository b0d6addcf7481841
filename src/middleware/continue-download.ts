import { createReadStream, createWriteStream } from "node:fs";
import { open, rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

import type { Call } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import { withoutHeaders } from "../core/headers.ts";
import type { HttpRequest } from "../core/request.ts";
import { type BodyFile, HttpResponse } from "../core/response.ts";
import type { Middleware } from "../core/send.ts";
import { decideResume } from "../protocol/resume-decision.ts";
import { resumeRequest } from "../protocol/resume-request.ts";
import { findPart, forgetPart, type Part } from "../transport/part-file.ts";

/** Where the transport keeps what it has of files. */
export interface ContinueOptions {
  readonly directory: string;
  /** Counted of whole files, as the transport does. */
  readonly hash: "sha256" | "none";
  /** Whether an earlier process may have left something; within this one only what was cut can be continued. */
  readonly earlier: "nothing" | "parts";
}

const NAMES = new Set(["range", "if-range", "accept-encoding"]);

/**
 * Asks for the rest of a file of which the transport has kept a beginning (RFC 9110 §14.2), on condition
 * that it is still the same file. What comes is joined only where it is just the range that was asked
 * for and its first bytes are those that are there; else the file begins anew. Whoever asks sees one
 * whole answer of status 200.
 */
export function continueDownload({ directory, hash, earlier }: ContinueOptions): Middleware {
  return (next) => {
    async function continued(request: HttpRequest, call: Call): Promise<HttpResponse> {
      const part = await findPart(directory, request.url);
      const rest = part && resumeRequest(part);
      if (part === undefined || rest === undefined) return next(request, call);
      const headers = withoutHeaders(request.headers, (name) => NAMES.has(name));
      const asked: HttpRequest = { ...request, headers: [...headers, ...rest.headers] };
      const response = await next(asked, call);
      const decision = decideResume(part, rest.first, response);
      if (decision.action === "replace" || decision.action === "fail") return response;
      if (decision.action === "continue") {
        const joined = await append(part, response, decision);
        if (joined === "whole") return wholeOf(response, await fileOf(part, hash));
        if (joined === "more") {
          const words = `the range ended at byte ${decision.end}, before the file does`;
          throw new Failure("E_TRUNCATED", words, { request, response, transient: true });
        }
      } else if (decision.action === "done") return wholeOf(response, await fileOf(part, hash));
      await forgetPart(part.path, "its bytes");
      return next(request, call);
    }

    return (request, call) => {
      const mayBeThere = earlier === "parts" || call.attempts > 1;
      return mayBeThere && request.method === "GET"
        ? continued(request, call)
        : next(request, call);
    };
  };
}

/** Appends a range to a part; `other` where its first bytes are not those that are there. */
async function append(
  part: Part,
  { body }: HttpResponse,
  {
    overlapBytes,
    end,
    total,
  }: { readonly overlapBytes: number; readonly end: number; readonly total: number | undefined },
): Promise<"whole" | "more" | "other"> {
  const there = await bytesAt(part.path, part.bytes - overlapBytes, overlapBytes);
  const isFile = !(body instanceof Uint8Array);
  try {
    const first = isFile ? await bytesAt(body.path, 0, overlapBytes) : body.slice(0, overlapBytes);
    const bytes = isFile ? body.bytes : body.byteLength;
    // Who wrote it before may not have been done when it was looked at.
    if ((await stat(part.path)).size !== part.bytes) return "other";
    if (!there.equals(first) || bytes !== overlapBytes + end - part.bytes) return "other";
    const source = isFile
      ? createReadStream(body.path, { start: overlapBytes })
      : [body.subarray(overlapBytes)];
    // Beware: a body without a byte beyond the overlap is an empty stream, and that is fine.
    await pipeline(source, createWriteStream(part.path, { flags: "a", flush: true }));
    return total === undefined || end === total ? "whole" : "more";
  } finally {
    if (isFile) await rm(body.path, { force: true });
  }
}

async function bytesAt(path: string, position: number, length: number): Promise<Buffer> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** The part as the whole file that it has become. */
async function fileOf({ path }: Part, hash: "sha256" | "none"): Promise<BodyFile> {
  let [bytes, checksum] = [0, 0];
  const sum = hash === "sha256" ? createHash("sha256") : undefined;
  for await (const piece of createReadStream(path)) {
    bytes += (piece as Buffer).byteLength;
    checksum = crc32(piece as Buffer, checksum);
    sum?.update(piece as Buffer);
  }
  await forgetPart(path, "its note");
  return { path, bytes, checksum, ...(sum === undefined ? {} : { sha256: sum.digest("hex") }) };
}

function wholeOf(response: HttpResponse, body: BodyFile): HttpResponse {
  const { url, headers, wireBytes, timing, protocol, remoteAddress, redirects } = response;
  return new HttpResponse({
    ...{ url, headers, wireBytes, timing, protocol, remoteAddress, redirects },
    ...{ status: 200, body },
  });
}
