import type { ByteOutput } from "./byte-output.ts";
import type { Mark, Standing } from "./sink.ts";

/** Whose life it is. */
export interface SinkLifeOptions {
  /** In words that tell a programmer what is closed: `table`. */
  readonly name: string;
  readonly output: ByteOutput;
  /** Of what the output holds already. */
  readonly standing: Standing;
  /** Writes the end; begun once. */
  readonly end: () => Promise<Mark>;
}

/** The life of a sink over one output: untouched, begun, closed. The first failure is everyone's, and stays. */
export class SinkLife implements AsyncDisposable {
  /** The first one. */
  failure: { readonly error: unknown } | undefined;
  readonly #options: SinkLifeOptions;
  #state: "untouched" | "begun" | "closed";
  #ended: Promise<Mark> | undefined;

  constructor(options: SinkLifeOptions) {
    this.#options = options;
    this.#state = options.standing.bytes === 0 ? "untouched" : "begun";
  }

  /** A record is taken. @throws TypeError once it is closed, and the first failure */
  begin(): void {
    if (this.#state === "closed") {
      throw new TypeError(`nothing can be written to a closed ${this.#options.name}`);
    }
    this.throwFailure();
    this.#state = "begun";
  }

  /** Notes a failure and throws the first one: a sync that failed is never tried again. */
  fail(error: unknown): never {
    this.failure ??= { error };
    throw this.failure.error;
  }

  throwFailure(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }

  close(): Promise<Mark> {
    this.#state = "closed";
    return (this.#ended ??= this.#options.end());
  }

  /** Ends it as it stands; where it is new and took no record, it leaves everything as it was. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === "untouched") {
      this.#state = "closed";
      return await this.#options.output.abandon();
    }
    const told = this.failure;
    await this.close().catch((error: unknown) => {
      // Whoever heard it already is on the way out with it.
      if (told === undefined) throw error;
    });
  }
}
