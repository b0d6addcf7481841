import { createCall } from "../../src/core/call.ts";
import { Failure } from "../../src/core/failure.ts";
import { createRequest, type HttpRequest, type RequestParts } from "../../src/core/request.ts";
import type { HttpResponse } from "../../src/core/response.ts";
import {
  createUndiciTransport,
  type TransportOptions,
  type WantedBodies,
} from "../../src/transport/undici.ts";

/** The transport under test. Dispose it with `await using`. */
export interface Wire extends AsyncDisposable {
  ask(parts: RequestParts | string, signal?: AbortSignal): Promise<HttpResponse>;
  /** What `ask` rejects with. @throws Error where it does not. */
  fail(parts: RequestParts | string, signal?: AbortSignal): Promise<Failure>;
  send(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse>;
}

/** Opens the network's transport with generous limits, so that a test names those it is about. */
export function openWire(options: Partial<TransportOptions & WantedBodies> = {}): Wire {
  const transport = createUndiciTransport({
    timeoutMs: 20_000,
    connectTimeoutMs: 10_000,
    idleTimeoutMs: 10_000,
    maxBodyBytes: 64 * 1024 * 1024,
    http2: true,
    insecureHosts: [],
    ...options,
  });
  const { accept = (status) => status >= 200 && status < 300, spool } = options;
  const wire = transport.sendFor({ accept, spool });
  const send = (request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse> =>
    wire(request, createCall(signal));
  const ask: Wire["ask"] = (parts, signal) =>
    send(createRequest(typeof parts === "string" ? { url: parts } : parts), signal);
  return {
    send,
    ask,
    async fail(parts, signal) {
      const response = await failureOf(ask(parts, signal));
      return response;
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

/** The Failure that a promise rejects with. @throws Error for any other end. */
export async function failureOf(promise: Promise<HttpResponse>): Promise<Failure> {
  let response: HttpResponse;
  try {
    response = await promise;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error(`answered with ${response.status} in place of failing`);
}
