import type { Call } from "../core/call.ts";
import { type Clock, sleep } from "../core/clock.ts";
import type { Listener } from "../core/event.ts";
import { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Middleware } from "../core/send.ts";
import type { HostHealth } from "../policy/breaker.ts";
import { isOwnShortage } from "../policy/own-shortage.ts";
import type { RetryPolicy } from "../policy/retry-policy.ts";
import { retryAfterOf } from "../protocol/retry-after.ts";
import { orAborted } from "./or-aborted.ts";

/** Who decides, and by which clock is waited. */
export interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  readonly emit: Listener | undefined;
  /** How the host of a request is, where it is known. */
  readonly hostOf?: ((request: HttpRequest) => HostView | undefined) | undefined;
  /** Whoever rests is sent back when it is aborted. @default nobody */
  readonly halt?: AbortSignal | undefined;
  /** Hears that this machine had no descriptor left for a connection. @default nobody */
  readonly onShortage?: (() => void) | undefined;
}

/** What a retry depends on besides the request. */
export interface HostView {
  health(): HostHealth;
  /** Whether it accepted something in the last while. */
  isAtWork(): boolean;
}

/** Attempts made so far, and those among them that cost nothing. */
interface Past {
  readonly attempt: number;
  readonly repeats: number;
}

const FIRST: Past = { attempt: 1, repeats: 0 };

/** Sends again what may succeed later, as its policy decides; gives the last answer or failure otherwise. */
export function retry(options: RetryOptions): Middleware {
  const { policy, clock, emit, onShortage, halt } = options;

  return (next) => {
    function ask(request: HttpRequest, call: Call, past: Past): Promise<HttpResponse> {
      call.attempts += 1;
      return next(request, call).then(
        // The common case asks no policy.
        (response) => (response.status < 400 ? response : judge(request, call, past, { response })),
        (failure: unknown) => {
          if (!(failure instanceof Failure) || failure.code === "E_ABORTED") throw failure;
          if (failure.unsent && isOwnShortage(failure)) onShortage?.();
          return judge(request, call, past, { failure });
        },
      );
    }

    async function judge(
      request: HttpRequest,
      call: Call,
      { attempt, repeats }: Past,
      { response, failure }: { readonly response?: HttpResponse; readonly failure?: Failure },
    ): Promise<HttpResponse> {
      const host = options.hostOf?.(request);
      const decision = policy.decide({
        request,
        attempt,
        repeats,
        failure,
        status: response?.status,
        isLimited: response && call.limited,
        retryAfterMs: response && retryAfterOf(response, clock.wallNow()),
        host: host?.health(),
        isHostAtWork: host?.isAtWork(),
      });
      if (decision.action === "give-up") {
        if (failure === undefined) return response!;
        throw decision.reason === "may-have-happened" ? unknownEffect(failure) : failure;
      }
      const past =
        decision.cost === "free"
          ? { attempt, repeats: repeats + 1 }
          : { attempt: attempt + 1, repeats };
      const sinceMs = clock.now();
      const { delayMs, reason } = decision;
      emit?.({ type: "retry", atMs: sinceMs, request, reason, delayMs });
      call.onRest?.("retry", "begin");
      try {
        await orAborted(sleep(clock, delayMs, eitherOf(call.signal, halt)), request);
      } finally {
        call.onRest?.("retry", "end");
      }
      call.heldMs += clock.now() - sinceMs;
      return ask(request, call, past);
    }

    return (request, call) => ask(request, call, FIRST);
  };
}

function eitherOf(
  signal: AbortSignal | undefined,
  halt: AbortSignal | undefined,
): AbortSignal | undefined {
  if (signal === undefined || halt === undefined) return signal ?? halt;
  return AbortSignal.any([signal, halt]);
}

/** A request that is not safe to repeat and broke on its way: nobody knows what became of it. */
function unknownEffect(failure: Failure): Failure {
  const { request, elapsedMs } = failure;
  const words = `${failure.message}; it may have had its effect and is not sent again`;
  return new Failure("E_UNKNOWN_EFFECT", words, {
    request,
    cause: failure,
    ...(elapsedMs === undefined ? {} : { elapsedMs }),
  });
}
