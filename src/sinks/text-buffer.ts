import type { Clock } from "../core/clock.ts";
import type { ByteOutput } from "./byte-output.ts";

/** Text is written in pieces of at least this many characters while plenty comes. */
const CHUNK_LENGTH = 64 * 1024;

/** Above this the caller waits for the output. */
const MOST_HELD_LENGTH = 1024 * 1024;

/** How long text may lie when little comes: somebody may be watching. */
const LONGEST_REST_MS = 100;

/**
 * Gathers small texts to large writes, one at a time, in order; what rests 100 ms goes out too. After
 * the first refusal of the output everything is refused with the same error.
 */
export class TextBuffer {
  readonly #output: ByteOutput;
  readonly #clock: Clock;
  #text = "";
  #flushing = false;
  #pump: Promise<void> | undefined;
  #timer: Disposable | undefined;
  #failure: { readonly error: unknown } | undefined;
  #bytes = 0;

  constructor(output: ByteOutput, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
  }

  /** Bytes that the output took. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes whole records; gives a promise only when the caller has to wait. */
  append(text: string): Promise<void> | void {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#text += text;
    if (this.#text.length < CHUNK_LENGTH) {
      this.#timer ??= this.#clock.after(LONGEST_REST_MS, this.#onRested);
      return;
    }
    this.#pump ??= this.#write();
    if (this.#text.length >= MOST_HELD_LENGTH) return this.flush();
  }

  /** Everything taken so far is with the output. */
  async flush(): Promise<void> {
    while (this.#failure === undefined && (this.#text !== "" || this.#pump !== undefined)) {
      this.#flushing = true;
      await (this.#pump ??= this.#write());
    }
    this.stop();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Leaves no timer behind. */
  stop(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  readonly #onRested = (): void => {
    this.#timer = undefined;
    if (this.#text === "" || this.#failure !== undefined) return;
    this.#flushing = true;
    this.#pump ??= this.#write();
  };

  /** Never rejects: nobody may be waiting. */
  async #write(): Promise<void> {
    try {
      while (this.#text.length >= CHUNK_LENGTH || (this.#flushing && this.#text !== "")) {
        const bytes = Buffer.from(this.#text);
        this.#text = "";
        this.#flushing = false;
        await this.#output.write(bytes);
        this.#bytes += bytes.byteLength;
      }
    } catch (error) {
      this.#failure = { error };
      this.#text = "";
      this.stop();
    } finally {
      this.#pump = undefined;
    }
  }
}
