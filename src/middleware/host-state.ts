import { Failure, type FailureCode } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Outage } from "../policy/breaker.ts";
import { isOwnShortage } from "../policy/own-shortage.ts";

/** What an end of one request says of its host: for the learner of its limits, and for its breaker. */
export interface HostSign {
  readonly kind: "accepted" | "refused" | "failed";
  /** Set where it looks like an outage. */
  readonly outage: Outage | undefined;
  /** Whether it tells nothing of the host: it was ours to stop, or our own machine's fault. */
  readonly isSilent: boolean;
}

const ACCEPTED: HostSign = { kind: "accepted", outage: undefined, isSilent: false };
const REFUSED: HostSign = { kind: "refused", outage: undefined, isSilent: false };
const OVERLOADED: HostSign = { kind: "refused", outage: "failing", isSilent: false };
const FAILING: HostSign = { kind: "failed", outage: "failing", isSilent: false };
const UNREACHABLE: HostSign = { kind: "failed", outage: "unreachable", isSilent: false };
const SILENT: HostSign = { kind: "failed", outage: "silent", isSilent: false };
const NOTHING: HostSign = { kind: "accepted", outage: undefined, isSilent: true };

/** Failures that may be an outage. */
const OUTAGES: ReadonlyMap<FailureCode, HostSign> = new Map<FailureCode, HostSign>([
  ["E_CONNECT", UNREACHABLE],
  ["E_DNS", UNREACHABLE],
  ["E_TLS", UNREACHABLE],
  ["E_PROXY", UNREACHABLE],
  ["E_RESET", FAILING],
  ["E_TIMEOUT", FAILING],
]);

/** What an answer says besides its status. */
export interface SaidOfLimits {
  readonly retryAfterMs: number | undefined;
  /** Whether a limit is used up, as far as that is believed. */
  readonly isUsedUp: boolean;
}

/**
 * Reads an answer: 429 and 503 refuse, and so does a 403 that names a wait or says that a limit is used
 * up; gateways' 502 and 504 fail, everything else was work done.
 */
export function signOfResponse(status: number, { retryAfterMs, isUsedUp }: SaidOfLimits): HostSign {
  if (status === 403 && (isUsedUp || retryAfterMs !== undefined)) return REFUSED;
  if (status < 429) return ACCEPTED;
  if (status === 429) return REFUSED;
  if (status === 503) return retryAfterMs === undefined ? OVERLOADED : REFUSED;
  return status === 502 || status === 504 ? FAILING : ACCEPTED;
}

/** Reads a failure: what the connection could not do is the host's, a bad answer is work done. */
export function signOfFailure(error: unknown): HostSign {
  if (!(error instanceof Failure) || error.code === "E_ABORTED" || isOwnShortage(error)) {
    return NOTHING;
  }
  const outage = OUTAGES.get(error.code);
  if (error.code === "E_TIMEOUT" && error.unsent) return SILENT;
  return outage ?? (error.unsent ? NOTHING : ACCEPTED);
}

/** Latency at the wire: from leaving to the first byte, without what it took to connect. Milliseconds. */
export function latencyOf({ timing }: HttpResponse): number | undefined {
  const { firstByteMs, dnsMs, connectMs, tlsMs } = timing;
  if (firstByteMs === null) return undefined;
  return Math.max(0, firstByteMs - (dnsMs ?? 0) - (connectMs ?? 0) - (tlsMs ?? 0));
}

/** The failure of a request that is not sent because its host was given up. */
export function givenUp(request: HttpRequest, last: Failure): Failure {
  return new Failure(last.code, `${last.message}; not asked again, as before it`, {
    request,
    cause: last,
    unsent: true,
  });
}
