import type { IncomingMessage } from "node:http";

import { mostAtOnce, mostWithin } from "./peaks.ts";
import { createSighting, type SeenRequest } from "./seen-request.ts";

/** How much is remembered. */
export interface SeenOptions {
  /** Requests remembered one by one; older ones are only counted. @default 100000 */
  readonly details?: number;
  /** Different targets whose requests are counted. @default 2000000 */
  readonly targets?: number;
}

/** What a server saw of its clients: asked by tests instead of the client's own account. */
export interface Seen {
  /** Requests that arrived. */
  readonly total: number;
  /** Requests that arrived and are not yet answered. */
  readonly inFlight: number;
  /** Answers of 429 and 503. */
  readonly refused: number;
  /** Different targets asked for. @throws RangeError when there were too many to count. */
  readonly distinct: number;
  /** The last requests in the order of their arrival, those whose path starts with `prefix`. */
  requests(prefix?: string): readonly SeenRequest[];
  /** How often a URL, or a path and query, was asked for. @throws RangeError as `distinct` does. */
  timesAsked(url: string): number;
  /** Most requests under way at one moment, of those whose path starts with `prefix`. @throws RangeError when details were dropped. */
  mostAtOnce(prefix?: string): number;
  /** Most arrivals within any one second. @throws RangeError when details were dropped. */
  perSecondPeak(prefix?: string): number;
  /** Resolves when `count` requests have arrived; at once if they already have. */
  reached(count: number): Promise<void>;
  /** Starts afresh; requests under way stay in flight but are not in the new account. */
  forget(): void;
}

/** The side of the record that only the server writes. */
export interface SeenRecord extends Seen {
  arrive(request: IncomingMessage, atMs: number): SeenRequest;
  /** Notes the end of a request, once. */
  end(request: SeenRequest, atMs: number): void;
}

/** A record of bounded memory: totals of everything, details of the last. */
export function createSeen({
  details = 100_000,
  targets = 2_000_000,
}: SeenOptions = {}): SeenRecord {
  const sight = createSighting();
  const counts = new Map<string, number>();
  let ring: SeenRequest[] = [];
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let total = 0;
  let underWay = 0;
  let uncounted = 0;
  let refused = 0;

  function requests(prefix = ""): readonly SeenRequest[] {
    const start = total > ring.length ? total % details : 0;
    const inOrder = start === 0 ? ring : [...ring.slice(start), ...ring.slice(0, start)];
    return prefix === "" ? [...inOrder] : inOrder.filter(({ target }) => target.startsWith(prefix));
  }

  function complete(prefix: string | undefined): readonly SeenRequest[] {
    if (total > ring.length) {
      throw new RangeError(`only the last ${details} of ${total} requests are remembered`);
    }
    return requests(prefix);
  }

  function counted(): typeof counts {
    if (uncounted === 0) return counts;
    throw new RangeError(`more than ${targets} different targets were asked for`);
  }

  return {
    get total() {
      return total;
    },
    get inFlight() {
      return underWay;
    },
    get refused() {
      return refused;
    },
    get distinct() {
      return counted().size;
    },
    requests,
    timesAsked(url) {
      const target = url.startsWith("/") ? url : targetOf(new URL(url));
      return counted().get(target) ?? 0;
    },
    mostAtOnce: (prefix) => mostAtOnce(complete(prefix)),
    perSecondPeak: (prefix) => mostWithin(complete(prefix), 1000),
    reached(count) {
      if (total >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
    forget() {
      [ring, total, uncounted, refused] = [[], 0, 0, 0];
      counts.clear();
    },
    arrive(request, atMs) {
      const seen = sight(request, atMs);
      if (ring.length < details) ring.push(seen);
      else ring[total % details] = seen;
      total += 1;
      underWay += 1;
      const before = counts.get(seen.target);
      if (before !== undefined || counts.size < targets) counts.set(seen.target, (before ?? 0) + 1);
      else uncounted += 1;
      if (waiting.length > 0) {
        for (const { count, resolve } of waiting) if (total >= count) resolve();
        waiting = waiting.filter(({ count }) => total < count);
      }
      return seen;
    },
    end(request, atMs) {
      if (request.endedMs !== undefined) return;
      request.endedMs = atMs;
      underWay -= 1;
      if (request.isRefused) refused += 1;
    },
  };
}

function targetOf({ pathname, search }: URL): string {
  return pathname + search;
}
