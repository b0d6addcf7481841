import type { Call } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import type { Middleware } from "../core/send.ts";
import { affordable, exactMoney, type Money } from "../formats/money.ts";
import { formatCount } from "../formats/quantity.ts";
import type { Journal } from "../queue/journal.ts";
import { earlierCost } from "../report/earlier-cost.ts";
import { earlierCounters } from "../report/restored-tally.ts";
import { createReservation } from "./reservation.ts";

/** When to stop; undefined is never. A run stopped by one ends with exit code 3. */
export interface Caps {
  readonly maxRequests: number | undefined;
  readonly maxBytes: number | undefined;
  readonly maxTimeMs: number | undefined;
  /** Of one request; undefined where none was named. */
  readonly price: Money | undefined;
  /** What a run may cost, its earlier processes included. */
  readonly maxCost: Money | undefined;
}

/** A limit on the requests that leave, kept exactly. */
export interface RequestCap {
  /** Just before the wire, or nothing where nothing is counted. */
  readonly middleware: readonly Middleware[];
  /** Aborted when a request had to stay back. */
  readonly signal: AbortSignal;
  readonly words: string;
  /** What has to be given for the run to go on; empty where nothing has. */
  readonly remedy: string;
}

/** What a cap on money counts, and where: requests of earlier processes of the run are paid too. */
export type CapOptions = Partial<Pick<Caps, "maxRequests" | "maxCost" | "price">>;

/**
 * Lets requests leave as long as the caps allow: `maxRequests` of this process, and as many as `maxCost`
 * pays for over the whole run. Those that stay back are still owed. With a price, the journal knows
 * before requests leave how many may have: a kill hides none that was paid.
 */
export function createRequestCap(
  caps: CapOptions,
  journal?: Pick<Journal, "run" | "note">,
): RequestCap {
  const { price, maxCost, maxRequests = Number.POSITIVE_INFINITY } = caps;
  const run = journal?.run ?? { sessions: [] };
  const earlier = earlierCost(run, price) ?? 0n;
  const paidFor =
    price === undefined || maxCost === undefined
      ? Number.POSITIVE_INFINITY
      : affordable(maxCost - earlier, price);
  const allowed = Math.min(maxRequests, paidFor);
  const controller = new AbortController();
  const reservation =
    price === undefined || journal === undefined
      ? undefined
      : createReservation({
          most: allowed,
          note: (count) =>
            journal.note({ reserved: JSON.stringify(`${earlier + price * BigInt(count)}`) }),
        });
  let left = allowed;

  /** Counts one that is about to leave; rejects where it has to stay back. */
  function spend(request: HttpRequest): Promise<void> | undefined {
    if (left > 0) {
      left -= 1;
      return reservation?.take();
    }
    controller.abort();
    return Promise.reject(new Failure("E_ABORTED", "stopped", { request, unsent: true }));
  }

  const middleware: Middleware = (next) => {
    async function afterwards(waiting: Promise<void>, request: HttpRequest, call: Call) {
      await waiting;
      return next(request, call);
    }
    return (request, call) => {
      call.beforeRepeat ??= async (again) => spend(again);
      const waiting = spend(request);
      return waiting === undefined ? next(request, call) : afterwards(waiting, request, call);
    };
  };

  const isCounted = allowed < Number.POSITIVE_INFINITY || reservation !== undefined;
  const over = earlierCounters(run).requests + paidFor;
  return {
    middleware: isCounted ? [middleware] : [],
    signal: controller.signal,
    ...(paidFor < maxRequests
      ? {
          words: `stopped by --max-cost ${exactMoney(maxCost!)} at ${formatCount(over)} requests`,
          remedy: " --max-cost MORE",
        }
      : { words: `stopped by --max-requests ${formatCount(maxRequests)}`, remedy: "" }),
  };
}
