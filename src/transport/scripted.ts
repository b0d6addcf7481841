import { Failure, type FailureCode } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import type { Transport } from "../core/send.ts";

/** What a scripted server answers: an answer's parts, or how the wire fails. */
export type ScriptedAnswer =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
      /** What the timing says; nothing is waited for. Milliseconds. */
      readonly totalMs?: number;
    }
  | { readonly fails: FailureCode; readonly transient?: boolean; readonly unsent?: boolean };

/** Answers the `count`-th request (from 1) of a test. */
export type Script = (
  request: HttpRequest,
  count: number,
) => ScriptedAnswer | Promise<ScriptedAnswer>;

/** A transport without a network: answers from a script and remembers what it was asked. */
export interface ScriptedTransport extends Transport {
  readonly asked: readonly HttpRequest[];
}

/** Makes a transport for tests; a list is answered in its order, its last answer again and again. */
export function createScriptedTransport(
  script: Script | readonly ScriptedAnswer[],
): ScriptedTransport {
  const asked: HttpRequest[] = [];
  const answerTo: Script =
    typeof script === "function"
      ? script
      : (_request, count) => script[Math.min(count, script.length) - 1] ?? {};
  return {
    asked,
    async send(request, call) {
      asked.push(request);
      call.requests += 1;
      const answer = await answerTo(request, asked.length);
      if ("fails" in answer) {
        const { fails, transient = false, unsent = false } = answer;
        throw new Failure(fails, "as the script says", { request, transient, unsent });
      }
      const { status = 200, headers = {}, body = "", totalMs = 1 } = answer;
      const bytes = typeof body === "string" ? Buffer.from(body) : body;
      return new HttpResponse({
        url: request.url,
        status,
        headers,
        body: bytes,
        wireBytes: bytes.byteLength,
        protocol: "http/1.1",
        timing: {
          dnsMs: null,
          connectMs: null,
          tlsMs: null,
          firstByteMs: totalMs,
          totalMs,
          reused: true,
        },
      });
    },
    async [Symbol.asyncDispose]() {},
  };
}
