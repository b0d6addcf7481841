import type { Dispatcher } from "undici";

import type { Call } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import { Failure } from "../core/failure.ts";
import { responseHeader, type ResponseHeaders } from "../core/headers.ts";
import type { HttpRequest } from "../core/request.ts";
import { type BodyFile, HttpResponse } from "../core/response.ts";
import type { Deadline } from "./deadlines.ts";
import { type Coding, decode, parseCodings } from "./decode.ts";
import { isDiskError, Spool, type SpoolOptions } from "./spool.ts";
import { failureOf, type Progress } from "./undici-failure.ts";
import type { WireLane } from "./undici-lane.ts";

/** What an exchange needs of the transport around it. */
export interface ExchangeContext {
  readonly clock: Clock;
  readonly maxBodyBytes: number;
  readonly spool: SpoolOptions | undefined;
  readonly accept: (status: number) => boolean;
  /** The exchange is over: its lane is free, or, if it never answered, of no more use. */
  over(exchange: Exchange, lane: "free" | "lost"): void;
}

/** Decoded bytes kept of a refused answer: enough to read why, too few to be a bomb. */
const REFUSED_BODY_BYTES = 64 * 1024;
/** Interim (1xx) answers taken before the server counts as hostile. */
const MOST_INTERIM = 20;
const EMPTY = new Uint8Array(0);

/**
 * One request on one lane: undici's dispatch handler, its own deadline and its own place among those
 * that a signal stops, so that an attempt costs no controller, no timer and no stream.
 */
export class Exchange implements Dispatcher.DispatchHandler, Deadline {
  dueMs = 0;
  previous: Deadline | undefined;
  next: Deadline | undefined;

  readonly request: HttpRequest;
  readonly call: Call;
  readonly lane: WireLane;
  readonly #context: ExchangeContext;
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (failure: Failure) => void;
  readonly #startMs: number;
  readonly #connectionsBefore: number;
  #controller: Dispatcher.DispatchController | undefined;
  #progress: Progress = "connecting";
  #settled: "no" | "yes" = "no";
  #firstByteMs: number | null = null;
  #interim = 0;
  #status = 0;
  #headers: ResponseHeaders = {};
  #codings: readonly Coding[] = [];
  #chunks: Uint8Array[] | undefined;
  #only: Uint8Array | undefined;
  #bytes = 0;
  #spool: Spool | undefined;

  constructor(
    request: HttpRequest,
    call: Call,
    lane: WireLane,
    context: ExchangeContext,
    resolve: (response: HttpResponse) => void,
    reject: (failure: Failure) => void,
  ) {
    this.request = request;
    this.call = call;
    this.lane = lane;
    this.#context = context;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#startMs = context.clock.now();
    this.#connectionsBefore = lane.connections;
  }

  /** Whether a connection that was open before carries it and no byte of an answer has come. */
  get mayHaveMetAClosedConnection(): boolean {
    return this.#progress === "sent" && this.lane.connections === this.#connectionsBefore;
  }

  expire(): void {
    const words =
      this.#progress === "headers"
        ? "the whole answer did not arrive in time"
        : this.#progress === "sent"
          ? "no answer in time"
          : "no connection in time";
    this.#giveUp("E_TIMEOUT", words, true);
  }

  /** Stops it because nobody waits for it any more. */
  abort(): void {
    this.#giveUp("E_ABORTED", "stopped", false);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#progress = "sent";
    if (this.#settled === "yes") controller.abort(new Error("over"));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: ResponseHeaders,
  ): void {
    if (status < 200) {
      this.#interim += 1;
      if (status === 101 || this.#interim > MOST_INTERIM) {
        this.#giveUp("E_PROTOCOL", `an answer of status ${status} that nobody asked for`, false);
      }
      return;
    }
    this.#progress = "headers";
    this.#firstByteMs = this.#context.clock.now() - this.#startMs;
    this.#status = status;
    this.#headers = headers;
    const encoding = responseHeader(headers, "content-encoding");
    if (encoding === undefined || isRedirect(status)) return;
    try {
      this.#codings = parseCodings(encoding);
    } catch (error) {
      this.#fail(error);
      controller.abort(error as Error);
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.#spool !== undefined) return this.#spoolChunk(controller, chunk);
    const { spool, maxBodyBytes, accept } = this.#context;
    if (spool !== undefined && this.#bytes > spool.aboveBytes && accept(this.#status)) {
      this.#spool = new Spool(spool, this.#codings);
      this.#spool.onceFailed((error) => this.#fail(error));
      for (const held of this.#chunks ?? (this.#only === undefined ? [] : [this.#only])) {
        this.#spool.write(held);
      }
      this.#chunks = undefined;
      this.#only = undefined;
      return this.#spoolChunk(controller, chunk);
    }
    if (this.#bytes > maxBodyBytes) {
      return this.#giveUp("E_TOO_LARGE", `the body is larger than ${maxBodyBytes} bytes`, false);
    }
    if (this.#only === undefined) this.#only = chunk;
    else if (this.#chunks === undefined) this.#chunks = [this.#only, chunk];
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#settled === "yes") return;
    const totalMs = this.#context.clock.now() - this.#startMs;
    if (this.#spool !== undefined) {
      this.#finishSpool(this.#spool, totalMs);
      return;
    }
    const body = this.#chunks === undefined ? (this.#only ?? EMPTY) : Buffer.concat(this.#chunks);
    if (this.#codings.length === 0) return this.#answer(body, totalMs);
    const { accept, maxBodyBytes } = this.#context;
    const capBytes = accept(this.#status) ? maxBodyBytes : REFUSED_BODY_BYTES;
    try {
      const decoded = decode(body, this.#codings, capBytes);
      if (decoded instanceof Uint8Array) return this.#answer(decoded, totalMs);
      decoded.then(
        (bytes) => this.#answer(bytes, totalMs),
        (error: unknown) => this.#failDecoding(error, totalMs),
      );
    } catch (error) {
      this.#failDecoding(error, totalMs);
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#fail(error);
  }

  /** Ends it with whatever went wrong, once. */
  #fail(error: unknown): void {
    if (this.#settled === "yes") return;
    this.#settled = "yes";
    void this.#spool?.discard();
    const elapsedMs = this.#context.clock.now() - this.#startMs;
    const failure =
      this.#spool !== undefined && isDiskError(error)
        ? diskFailure(error, this.request, elapsedMs)
        : failureOf(error, this.request, { progress: this.#progress, elapsedMs });
    this.#context.over(this, "free");
    this.#reject(failure);
  }

  #giveUp(
    code: "E_TIMEOUT" | "E_ABORTED" | "E_PROTOCOL" | "E_TOO_LARGE",
    words: string,
    transient: boolean,
  ): void {
    if (this.#settled === "yes") return;
    this.#settled = "yes";
    void this.#spool?.discard();
    const failure = new Failure(code, words, {
      request: this.request,
      transient,
      unsent: this.#progress === "connecting",
      elapsedMs: this.#context.clock.now() - this.#startMs,
    });
    this.#context.over(this, this.#controller === undefined ? "lost" : "free");
    this.#controller?.abort(failure);
    this.#reject(failure);
  }

  /** A refused answer whose body cannot be decoded is still the answer; only its body is lost. */
  #failDecoding(error: unknown, totalMs: number): void {
    if (this.#context.accept(this.#status)) this.#fail(error);
    else this.#answer(EMPTY, totalMs);
  }

  #spoolChunk(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    const spool = this.#spool!;
    if (spool.write(chunk)) return;
    controller.pause();
    spool.onceDrained(() => controller.resume());
  }

  #finishSpool(spool: Spool, totalMs: number): void {
    spool.finish().then(
      (file) => this.#answer(file, totalMs),
      (error: unknown) => this.#fail(error),
    );
  }

  #answer(body: Uint8Array | BodyFile, totalMs: number): void {
    if (this.#settled === "yes") return;
    this.#settled = "yes";
    const reused = this.lane.connections === this.#connectionsBefore;
    const phases = reused ? undefined : this.lane.phases;
    const response = new HttpResponse({
      url: this.request.url,
      status: this.#status,
      headers: this.#headers,
      body,
      wireBytes: this.#bytes,
      protocol: this.lane.protocol,
      timing: {
        dnsMs: phases?.dnsMs ?? null,
        connectMs: phases?.connectMs ?? null,
        tlsMs: phases?.tlsMs ?? null,
        firstByteMs: this.#firstByteMs,
        totalMs,
        reused,
      },
    });
    this.#context.over(this, "free");
    this.#resolve(response);
  }
}

/** Statuses whose Location is followed, whatever their body says. */
function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

function diskFailure(error: unknown, request: HttpRequest, elapsedMs: number): Failure {
  const words = `the body could not be written: ${(error as Error).message}`;
  return new Failure("E_DISK", words, { request, cause: error, elapsedMs });
}
