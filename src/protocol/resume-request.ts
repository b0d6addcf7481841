import { type HeaderList, type ResponseHeaders, responseHeader } from "../core/headers.ts";
import { strongValidator } from "./strong-validator.ts";

/** The beginning of a file that is there already. */
export interface PartialFile {
  /** How much there is: all bytes before this one, of the file as it is without content coding. */
  readonly bytes: number;
  /** What `strongValidator` gave for the answer that they came with. */
  readonly validator: string | undefined;
  /** Bytes of the whole, where that answer told. */
  readonly total: number | undefined;
}

/** The head of the answer that a file's beginning came with, by the wall clock of its arrival. */
export interface PartialHead {
  readonly headers: ResponseHeaders;
  readonly nowMs: number;
}

/**
 * What is known of a file of which the first `bytes` came in a 200. With a content coding nothing names
 * it: the bytes that are there are not those of which a range would be a part.
 */
export function partialFile(bytes: number, { headers, nowMs }: PartialHead): PartialFile {
  const coding = responseHeader(headers, "content-encoding")?.trim().toLowerCase() ?? "";
  if (coding !== "" && coding !== "identity") {
    return { bytes, validator: undefined, total: undefined };
  }
  const length = /^\s*(\d{1,15})\s*$/.exec(responseHeader(headers, "content-length") ?? "")?.[1];
  const total = length === undefined ? undefined : Number(length);
  return { bytes, validator: strongValidator(headers, nowMs), total };
}

/** How to ask for the rest of a file. */
export interface ResumeRequest {
  /** Range, If-Range and Accept-Encoding: the only ones of these names that the request may have. */
  readonly headers: HeaderList;
  /** First byte asked for. The bytes from here to what there is are asked for again, to compare them. */
  readonly first: number;
}

/** Bytes asked for again: a server that sends other bytes than it says is found out by them. */
export const OVERLAP_BYTES = 1_024;

/**
 * The request for the rest (RFC 9110 §13.1.5, §14.2): a range on condition that the file is still the
 * same, without content coding, whose bytes are others. Undefined where nothing is there or nothing
 * names the file: then only the whole can be asked for.
 */
export function resumeRequest(partial: PartialFile): ResumeRequest | undefined {
  const { bytes, validator } = partial;
  if (bytes === 0 || validator === undefined) return undefined;
  const first = Math.max(0, bytes - OVERLAP_BYTES);
  return {
    first,
    headers: ["range", `bytes=${first}-`, "if-range", validator, "accept-encoding", "identity"],
  };
}
