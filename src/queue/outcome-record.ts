import { FAILURE_CODES, type FailureCode } from "../core/failure.ts";
import type { Outcome } from "../core/outcome.ts";
import {
  codeOf,
  DUPLICATE,
  KINDS,
  RECORD_BYTES,
  type RecordKind,
  REUSED,
  TIMES,
  WORDS,
} from "./record-layout.ts";

/** What the journal keeps of an outcome. Times in milliseconds, sizes in bytes of the decoded body. */
export interface OutcomeRecord {
  readonly row: number;
  /** `owed`: an earlier outcome of the row was taken back, to be asked again. */
  readonly kind: RecordKind;
  readonly code: FailureCode | undefined;
  /** 0 where no answer came. */
  readonly status: number;
  readonly attempts: number;
  readonly requests: number;
  readonly duplicate: boolean;
  readonly reused: boolean;
  readonly bytes: number;
  /** Number of the host in the journal's list. */
  readonly host: number;
  /** When it was settled, since the epoch. */
  readonly atMs: number;
  readonly queuedMs: number;
  readonly heldMs: number;
  /** Null where the phase did not happen. */
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  readonly firstByteMs: number | null;
  readonly totalMs: number | null;
  /** CRC-32 of the body of an answer; 0 where nobody counted it. */
  readonly checksum: number;
  /** Number of the kept body; 0 where none is kept. */
  readonly kept: number;
}

/** What a record needs besides the outcome. */
export interface RecordPlace {
  readonly row: number;
  readonly host: number;
  readonly atMs: number;
  readonly checksum: number;
}

/** As many as may wait for the disk: memory that grows in the hot path has its code compiled anew. */
const FIRST_RECORDS = 2_560;

/**
 * Outcomes as fixed-size records in one buffer, little-endian as every machine that runs Node: packing
 * one costs half a microsecond and leaves nothing for the garbage collector. The buffer is shared and
 * never transferred: once any buffer of a thread was detached, V8 throws away its code for typed arrays.
 */
export class OutcomeRecords {
  #bytes: SharedArrayBuffer;
  #doubles: Float64Array;
  #words: Uint32Array;
  #floats: Float32Array;
  #count = 0;

  /** Uses `spare` where there is one: the buffer of an earlier `take` that nobody reads any more. */
  constructor(spare = new SharedArrayBuffer(FIRST_RECORDS * RECORD_BYTES)) {
    this.#bytes = spare;
    this.#doubles = new Float64Array(spare);
    this.#words = new Uint32Array(spare);
    this.#floats = new Float32Array(spare);
  }

  get count(): number {
    return this.#count;
  }

  /** The row of a record. */
  rowOf(index: number): number {
    return this.#doubles[index * (WORDS / 2)]!;
  }

  /** Adds an outcome. */
  add(outcome: Outcome, { row, host, atMs, checksum }: RecordPlace): void {
    const word = this.#next() * WORDS;
    const { call } = outcome;
    const answer = outcome.kind === "answered" ? outcome.response : outcome.failure.response;
    const timing = answer?.timing;
    const bytes = answer?.bytes ?? 0;
    const words = this.#words;
    this.#doubles[word / 2] = row;
    this.#doubles[word / 2 + 1] = atMs;
    words[word + 4] = bytes >>> 0;
    words[word + 5] = Math.floor(bytes / 2 ** 32) | (Math.min(call.attempts, 0xffff) << 16);
    const code = outcome.kind === "answered" ? 0 : FAILURE_CODES.indexOf(outcome.failure.code) + 1;
    words[word + 6] =
      KINDS.indexOf(outcome.kind) |
      (call.duplicate ? DUPLICATE : 0) |
      (timing?.reused === true ? REUSED : 0) |
      (code << 8) |
      ((answer?.status ?? 0) << 16);
    words[word + 7] = Math.min(call.requests, 0xffff);
    words[word + 8] = host;
    words[word + 9] = checksum;
    words[word + 10] = 0;
    const floats = this.#floats;
    floats[word + TIMES] = call.queuedMs;
    floats[word + TIMES + 1] = call.heldMs;
    floats[word + TIMES + 2] = timing?.dnsMs ?? Number.NaN;
    floats[word + TIMES + 3] = timing?.connectMs ?? Number.NaN;
    floats[word + TIMES + 4] = timing?.tlsMs ?? Number.NaN;
    floats[word + TIMES + 5] = timing?.firstByteMs ?? Number.NaN;
    floats[word + TIMES + 6] =
      timing?.totalMs ??
      (outcome.kind === "answered" ? 0 : outcome.failure.elapsedMs) ??
      Number.NaN;
    words[word + TIMES + 7] = 0;
    words[word + TIMES + 8] = 0;
  }

  /** Adds a note that a row is owed again. */
  addOwed(row: number, atMs: number): void {
    const word = this.#next() * WORDS;
    this.#words.fill(0, word, word + WORDS);
    this.#doubles[word / 2] = row;
    this.#doubles[word / 2 + 1] = atMs;
    this.#words[word + 6] = KINDS.indexOf("owed");
  }

  /** Adds records of another buffer, as they are. */
  copy(from: OutcomeRecords, index: number): void {
    const word = this.#next() * WORDS;
    this.#words.set(from.#words.subarray(index * WORDS, (index + 1) * WORDS), word);
  }

  /** Moves the records from this one on to another buffer, behind those that are there. */
  moveRest(first: number, to: OutcomeRecords): void {
    const rest = this.#words.subarray(first * WORDS, this.#count * WORDS);
    const at = to.#count * WORDS;
    to.#makeRoom(this.#count - first);
    to.#words.set(rest, at);
    this.#count = first;
  }

  /** The bytes of all records, which are the caller's now; this is empty afterwards. */
  take(): Uint8Array<SharedArrayBuffer> {
    const taken = new Uint8Array(this.#bytes, 0, this.#count * RECORD_BYTES);
    this.#use(new SharedArrayBuffer(0));
    this.#count = 0;
    return taken;
  }

  #next(): number {
    this.#makeRoom(1);
    return this.#count - 1;
  }

  /** Counts more records, whose bytes are still to be written. */
  #makeRoom(more: number): void {
    this.#count += more;
    const neededBytes = this.#count * RECORD_BYTES;
    if (neededBytes <= this.#bytes.byteLength) return;
    const grown = new SharedArrayBuffer(
      Math.max(neededBytes, this.#bytes.byteLength * 2, FIRST_RECORDS * RECORD_BYTES),
    );
    new Uint8Array(grown).set(new Uint8Array(this.#bytes));
    this.#use(grown);
  }

  #use(bytes: SharedArrayBuffer): void {
    this.#bytes = bytes;
    this.#doubles = new Float64Array(bytes);
    this.#words = new Uint32Array(bytes);
    this.#floats = new Float32Array(bytes);
  }
}

/** The records of a group as it was written. @throws RangeError for bytes that are no whole records. */
export function* readRecords(bytes: Uint8Array): Generator<OutcomeRecord> {
  if (bytes.byteLength % RECORD_BYTES !== 0) throw new RangeError("no whole records");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.byteLength; at += RECORD_BYTES) yield readRecord(view, at);
}

/** Writes the number of a kept body into a record. */
export function noteKept(bytes: Uint8Array, index: number, kept: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(index * RECORD_BYTES + 40, kept, true);
}

function readRecord(view: DataView, at: number): OutcomeRecord {
  const word = (index: number): number => view.getUint32(at + index * 4, true);
  const time = (index: number): number => view.getFloat32(at + (TIMES + index) * 4, true);
  const phase = (index: number): number | null => {
    const value = time(index);
    return Number.isNaN(value) ? null : value;
  };
  const flags = word(6);
  return {
    row: view.getFloat64(at, true),
    atMs: view.getFloat64(at + 8, true),
    kind: KINDS[flags & 3]!,
    code: codeOf(flags),
    status: flags >>> 16,
    duplicate: (flags & DUPLICATE) !== 0,
    reused: (flags & REUSED) !== 0,
    bytes: word(4) + (word(5) & 0xffff) * 2 ** 32,
    attempts: word(5) >>> 16,
    requests: word(7) & 0xffff,
    host: word(8),
    checksum: word(9),
    kept: word(10),
    queuedMs: time(0),
    heldMs: time(1),
    dnsMs: phase(2),
    connectMs: phase(3),
    tlsMs: phase(4),
    firstByteMs: phase(5),
    totalMs: phase(6),
  };
}
