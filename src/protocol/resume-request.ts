import type { HeaderList } from "../core/headers.ts";

/** The beginning of a file that is there already. */
export interface PartialFile {
  /** How much there is: all bytes before this one, of the file as it is without content coding. */
  readonly bytes: number;
  /** What `strongValidator` gave for the answer that they came with. */
  readonly validator: string | undefined;
  /** Bytes of the whole, where that answer told. */
  readonly total: number | undefined;
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
