import type { Dispatcher } from "undici";

import type { Call } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import type { ResponseHeaders } from "../core/headers.ts";
import type { HttpRequest } from "../core/request.ts";
import { type BodyFile, HttpResponse } from "../core/response.ts";
import type { Deadline } from "./deadlines.ts";
import { AnswerSpeed } from "./answer-speed.ts";
import { type ArrivingBody, openBody } from "./arriving-body.ts";
import { DecodeError } from "./decode.ts";
import type { Chance, ExchangeContext, Settle } from "./exchange-context.ts";
import { failureOf, type Progress } from "./undici-failure.ts";
import type { UndiciLane } from "./undici-lane.ts";
import { refused } from "./undici-proxy.ts";

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
  readonly lane: UndiciLane;
  readonly #context: ExchangeContext;
  readonly #settle: Settle;
  readonly #chance: Chance;
  /** `Clock.now()` when it left. */
  readonly startMs: number;
  readonly #connectionsBefore: number;
  #controller: Dispatcher.DispatchController | undefined;
  #progress: Progress = "connecting";
  #settled: "no" | "yes" = "no";
  #firstByteMs: number | null = null;
  #lastByteMs = 0;
  #speed: AnswerSpeed | undefined;
  #interim = 0;
  #status = 0;
  #headers: ResponseHeaders = {};
  #body: ArrivingBody | undefined;

  constructor(
    request: HttpRequest,
    call: Call,
    lane: UndiciLane,
    context: ExchangeContext,
    settle: Settle,
    chance: Chance,
  ) {
    this.request = request;
    this.call = call;
    this.lane = lane;
    this.#context = context;
    this.#settle = settle;
    this.#chance = chance;
    this.startMs = context.clock.now();
    this.#connectionsBefore = lane.connections;
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

  /** Gives up an answer of which nothing has come since `sinceMs`. */
  expireIfIdle(sinceMs: number): void {
    if (this.#progress !== "headers" || this.#lastByteMs > sinceMs) return;
    this.#giveUp("E_TIMEOUT", "the answer stopped arriving", true);
  }

  /** Gives up an answer of which fewer bytes than these a second have come in the last while. */
  expireIfSlow(nowMs: number, minSpeedBytes: number): void {
    if (this.#progress !== "headers") return;
    this.#speed ??= new AnswerSpeed(this.startMs + (this.#firstByteMs ?? 0));
    const bytes = this.#speed.measure(nowMs, this.#body?.bytes ?? 0);
    // While it is our disk that is slow, the server is not.
    if (bytes === undefined || bytes >= minSpeedBytes || this.#lastByteMs === Infinity) return;
    const words = `the answer came at ${Math.round(bytes)} bytes a second, fewer than ${minSpeedBytes}`;
    this.#giveUp("E_TIMEOUT", words, true);
  }

  /** Stops it because nobody waits for it any more. */
  abort(): void {
    this.#giveUp("E_ABORTED", "stopped", false);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#progress = "sent";
    this.lane.isAwaiting = true;
    if (this.#settled === "yes") controller.abort(new Error("over"));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
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
    this.lane.isAwaiting = false;
    if (status === 407 && this.lane.proxy !== undefined) {
      this.#fail(refused({ origin: this.lane.proxy }, status));
      return;
    }
    this.#progress = "headers";
    this.#lastByteMs = this.#context.clock.now();
    this.#firstByteMs = this.#lastByteMs - this.startMs;
    this.#status = status;
    this.#headers = headers;
    try {
      const head = { url: this.request.url, status, headers };
      this.#body = openBody(head, this.#context, (error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    const body = this.#body;
    if (body === undefined || this.#settled === "yes") return;
    this.#lastByteMs = this.#context.clock.now();
    try {
      if (body.take(chunk) === "taken") return;
      controller.pause();
      // While it is our disk that is slow, the server is not idle.
      this.#lastByteMs = Number.POSITIVE_INFINITY;
      body.onceDrained(() => {
        this.#lastByteMs = this.#context.clock.now();
        controller.resume();
      });
    } catch (error) {
      this.#fail(error);
    }
  }

  onResponseEnd(): void {
    if (this.#settled === "yes") return;
    // A body without a length ends with its connection; undici takes a reset for such an end.
    if (this.lane.isBroken) {
      return this.#fail(new DecodeError("truncated", "the connection was reset within the answer"));
    }
    const totalMs = this.#context.clock.now() - this.startMs;
    try {
      const body = this.#body?.finish() ?? EMPTY;
      if (body instanceof Uint8Array) return this.#answer(body, totalMs);
      body.then(
        (whole) => this.#answer(whole, totalMs),
        (error: unknown) => this.#failBody(error, totalMs),
      );
    } catch (error) {
      this.#failBody(error, totalMs);
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#fail(error);
  }

  /** Ends it with whatever went wrong, once. */
  #fail(error: unknown): void {
    if (this.#settled === "yes") return;
    this.#settled = "yes";
    this.#body?.discard();
    const elapsedMs = this.#context.clock.now() - this.startMs;
    const keeping = this.#body?.isFile === true ? "in a file" : "in memory";
    this.#leave(failureOf(error, this.request, { progress: this.#progress, keeping, elapsedMs }));
  }

  #giveUp(code: "E_TIMEOUT" | "E_ABORTED" | "E_PROTOCOL", words: string, transient: boolean): void {
    if (this.#settled === "yes") return;
    this.#settled = "yes";
    this.#body?.discard();
    const failure = new Failure(code, words, {
      request: this.request,
      transient,
      unsent: transient && this.#progress === "connecting",
      elapsedMs: this.#context.clock.now() - this.startMs,
    });
    this.#leave(failure);
  }

  /** Gives the lane back, closed where it still carries what nobody waits for. */
  #leave(failure: Failure): void {
    // Beware: a lane that never answered may carry others over HTTP/2; they are not to suffer.
    const isStuck = this.#controller === undefined && this.lane.inUse <= 1;
    this.#controller?.abort(failure);
    this.#context.over(this, isStuck ? "lost" : "free");
    // A connection that was open before carried it, and no byte of an answer came.
    const mayHaveMetAClosed =
      failure.code === "E_RESET" && this.#progress === "sent" && !this.#isOnNewConnection;
    if (mayHaveMetAClosed && this.request.idempotent && this.#chance === "first") {
      this.#context.again(this.request, this.call, this.#settle);
    } else this.#settle.reject(failure);
  }

  get #isOnNewConnection(): boolean {
    return this.lane.connections !== this.#connectionsBefore;
  }

  /** A refused answer whose body cannot be decoded is still the answer; only its body is lost. */
  #failBody(error: unknown, totalMs: number): void {
    if (this.#context.accept(this.#status)) this.#fail(error);
    else this.#answer(EMPTY, totalMs);
  }

  #answer(body: Uint8Array | BodyFile, totalMs: number): void {
    if (this.#settled === "yes") return;
    this.#settled = "yes";
    const reused = !this.#isOnNewConnection;
    const phases = reused ? undefined : this.lane.phases;
    const response = new HttpResponse({
      url: this.request.url,
      status: this.#status,
      headers: this.#headers,
      body,
      wireBytes: this.#body?.bytes ?? 0,
      protocol: this.lane.protocol,
      remoteAddress: this.lane.remoteAddress,
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
    this.#settle.resolve(response);
  }
}
