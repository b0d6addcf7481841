import type { Call } from "../core/call.ts";
import { HttpResponse } from "../core/response.ts";
import type { HttpRequest } from "../core/request.ts";
import type { WireTiming } from "../core/timing.ts";
import type { StoredAnswer } from "./answer-store.ts";

/** Answers beyond memory and beyond the process, by question and its 64-bit hash (two signed halves). */
export interface Archive {
  /** `empty`: all that it has, this process kept in it. @default unknown */
  readonly began?: "empty";
  /** Never false for a question that was kept; true now and then for one that was not. */
  mayHave(high: number, low: number): boolean;
  /** The answer that was kept for this very question. Whoever asks waits for it. */
  find(question: string, high: number, low: number): Promise<StoredAnswer | undefined>;
  /** Keeps an answer; its bytes are only lent until this returns. */
  keep(question: string, high: number, low: number, answer: StoredAnswer): void;
}

/** A larger body is asked for again once memory has forgotten it. */
const MOST_ARCHIVED_BYTES = 65_536;

/** A question with its hash. */
interface HashedQuestion {
  readonly question: string;
  readonly high: number;
  readonly low: number;
}

/**
 * The archive's answer to a question, as a duplicate; undefined where it has none. An archive that fails
 * to find costs a request and not the row.
 */
export async function recall(
  archive: Archive,
  { question, high, low }: HashedQuestion,
): Promise<StoredAnswer | undefined> {
  try {
    return await archive.find(question, high, low);
  } catch {
    return undefined;
  }
}

/** A response made of a remembered answer, told to the call as a duplicate. */
export function revive(request: HttpRequest, call: Call, answer: StoredAnswer): HttpResponse {
  const { status, contentType, bytes } = answer;
  call.duplicate = true;
  return new HttpResponse({
    url: request.url,
    status,
    headers: contentType === undefined ? {} : { "content-type": contentType },
    body: bytes,
    wireBytes: 0,
    protocol: "http/1.1",
    timing: REMEMBERED,
  });
}

/** Whether a response is worth a place in the archive: small enough, and not out of it. */
export function isForArchive(response: HttpResponse): boolean {
  return response.timing !== REMEMBERED && response.bytes <= MOST_ARCHIVED_BYTES;
}

/** What an answer from memory took. */
const REMEMBERED: WireTiming = {
  dnsMs: null,
  connectMs: null,
  tlsMs: null,
  firstByteMs: null,
  totalMs: 0,
  reused: true,
};
