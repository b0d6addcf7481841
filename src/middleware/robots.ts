import type { Call } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import { compose, type Middleware } from "../core/send.ts";
import { parseRobotsTxt, type RobotsTxt } from "../protocol/robots-txt.ts";
import { redirect } from "./redirect.ts";
import { askForRobots } from "./robots-answer.ts";
import { RobotsCache, type RobotsCopy } from "./robots-cache.ts";

/** How robots.txt is asked for and kept. */
export interface RobotsOptions {
  /** The name under which a site's robots.txt may speak of us: `tokenOf` the User-Agent. */
  readonly productToken: string;
  readonly clock: Clock;
  /** Around the request for robots.txt, redirects included: where its retries belong. @default nothing */
  readonly around?: Middleware | undefined;
  /** Told what an origin's robots.txt says each time that it was read: for its Crawl-delay and sitemaps. */
  readonly onRead?: ((origin: string, robots: RobotsTxt) => void) | undefined;
}

/** RFC 9309 §2.3.1.2. */
const MOST_REDIRECTS = 5;
/** RFC 9309 §2.4: a copy is not used for longer. */
const KEEP_MS = 24 * 3_600_000;
/** What could not be had is asked for again sooner: the site may be down for a moment only. */
const UNREACHABLE_MS = 5 * 60_000;

const ALLOW_ALL = parseRobotsTxt("", "");
const ALLOW_NOTHING = parseRobotsTxt("User-agent: *\nDisallow: /", "");

/** A fetch for all who wait for it; it is stopped when the last of them goes. */
interface Fetch {
  readonly copy: Promise<RobotsCopy>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * Asks only for what the origin's robots.txt allows (RFC 9309); everything else rejects with the Failure
 * E_ROBOTS and costs the host nothing. The file is asked for once, through the same gates, when the
 * first request of its origin comes, and again after 24 hours. An origin without one (4xx, more than
 * five redirects) allows everything; one whose file cannot be had (5xx, no whole answer) allows nothing
 * for five minutes, unless an older copy is there.
 */
export function robots({ productToken, clock, around, onRead }: RobotsOptions): Middleware {
  return (next) => {
    const cache = new RobotsCache<Fetch>();
    const wraps = [around, redirect({ maxRedirects: MOST_REDIRECTS })];
    const ask = compose(next, ...wraps.filter((wrap) => wrap !== undefined));

    async function read(key: string, request: HttpRequest, signal: AbortSignal) {
      const { origin, reach } = request;
      const answer = await askForRobots(ask, { origin, reach, signal });
      if (answer === "unreachable") {
        const older = cache.copy(key)?.robots ?? ALLOW_NOTHING;
        return { robots: older, untilMs: clock.now() + UNREACHABLE_MS };
      }
      const found = answer === "unavailable" ? ALLOW_ALL : parseRobotsTxt(answer, productToken);
      onRead?.(origin, found);
      return { robots: found, untilMs: clock.now() + KEEP_MS };
    }

    function begin(key: string, request: HttpRequest): Fetch {
      const stop = new AbortController();
      const fetch = { copy: read(key, request, stop.signal), stop, waiting: 0 };
      cache.begin(key, fetch);
      fetch.copy.then(
        (copy) => cache.end(key, fetch, copy),
        () => cache.end(key, fetch),
      );
      return fetch;
    }

    /** The copy that `fetch` brings; rejects as E_ABORTED when the call is stopped meanwhile. */
    function wait(
      key: string,
      fetch: Fetch,
      request: HttpRequest,
      call: Call,
    ): Promise<RobotsCopy> {
      const { signal } = call;
      const sinceMs = clock.now();
      const stopped = (cause: unknown): Failure =>
        new Failure("E_ABORTED", "stopped", { request, cause, unsent: true });
      if (signal?.aborted === true) return Promise.reject(stopped(signal.reason));
      fetch.waiting += 1;
      return new Promise((resolve, reject) => {
        const end = (settle: () => void): void => {
          signal?.removeEventListener("abort", onAbort);
          fetch.waiting -= 1;
          call.queuedMs += clock.now() - sinceMs;
          settle();
        };
        const onAbort = (): void => {
          end(() => reject(stopped(signal!.reason)));
          if (fetch.waiting > 0) return;
          // Whoever comes now begins anew, rather than wait for what is being stopped.
          cache.end(key, fetch);
          fetch.stop.abort(signal!.reason);
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        fetch.copy.then(
          (copy) => signal?.aborted !== true && end(() => resolve(copy)),
          (error: unknown) =>
            signal?.aborted !== true &&
            end(() => reject(error instanceof Failure ? stopped(error) : error)),
        );
      });
    }

    function judge({ robots: rules }: RobotsCopy, request: HttpRequest, call: Call) {
      if (rules.isAllowed(request.target)) return next(request, call);
      const why =
        rules === ALLOW_NOTHING
          ? `the robots.txt of ${request.origin} cannot be had, so nothing may be asked there`
          : `the robots.txt of ${request.origin} forbids it`;
      return Promise.reject<HttpResponse>(new Failure("E_ROBOTS", why, { request, unsent: true }));
    }

    return (request, call) => {
      if (request.target === "/robots.txt") return next(request, call);
      const key = request.reach === undefined ? request.origin : `${request.origin} public`;
      const copy = cache.copy(key);
      if (copy !== undefined && clock.now() < copy.untilMs) return judge(copy, request, call);
      const fetch = cache.pending(key) ?? begin(key, request);
      return wait(key, fetch, request, call).then((fresh) => judge(fresh, request, call));
    };
  };
}
