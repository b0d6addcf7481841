import { systemClock } from "../core/clock.ts";
import type { Middleware } from "../core/send.ts";
import { createHostPaces, type HostPaces } from "../engine/host-paces.ts";
import { SESSION_DEFAULTS } from "../engine/session-options.ts";
import { VERSION } from "../engine/version.ts";
import { formatDuration } from "../formats/quantity.ts";
import { retry } from "../middleware/retry.ts";
import { robots } from "../middleware/robots.ts";
import { createRetryPolicy } from "../policy/retry-policy.ts";
import { type RobotsTxt, tokenOf } from "../protocol/robots-txt.ts";
import type { WorkSettings } from "./work-settings.ts";

/** How a crawl behaves: what it may ask for, and how often. */
export interface Manners {
  readonly middleware: readonly Middleware[];
  readonly paces: HostPaces;
}

/** Who hears of robots.txt. */
export interface MannersParts {
  readonly onRead: (origin: string, robots: RobotsTxt) => void;
  readonly say: (line: string) => void;
}

/** A longer Crawl-delay is cut to this: a day of waiting between two pages is no crawl. */
const LONGEST_DELAY_MS = 60_000;

/** Asks as robots.txt allows (RFC 9309), and keeps its Crawl-delay as the host's pace. */
export function crawlManners(settings: WorkSettings, { onRead, say }: MannersParts): Manners {
  const paces = createHostPaces();
  if (settings.crawl?.robots === "not read") return { middleware: [], paces };
  const { userAgent, retries, maxRetryAfterMs } = settings.session;
  const isOwn = userAgent === undefined || userAgent === "random";
  const middleware = robots({
    productToken: tokenOf(isOwn ? `fanfetch/${VERSION}` : userAgent),
    clock: systemClock,
    around: retry({
      policy: createRetryPolicy({
        retries: retries ?? SESSION_DEFAULTS.retries,
        maxRetryAfterMs: maxRetryAfterMs ?? SESSION_DEFAULTS.maxRetryAfterMs,
        // Nobody else asks for the file at the same time.
        random: () => 0.5,
      }),
      clock: systemClock,
      emit: undefined,
    }),
    onRead(origin, found) {
      const { crawlDelayMs = 0 } = found;
      const delayMs = Math.min(crawlDelayMs, LONGEST_DELAY_MS);
      paces.set(origin, delayMs);
      settings.listing?.pauses.set(origin, delayMs);
      if (crawlDelayMs > LONGEST_DELAY_MS) {
        const asked = formatDuration(crawlDelayMs);
        say(
          `${origin} asks for ${asked} between two requests; ${formatDuration(delayMs)} are kept`,
        );
      }
      onRead(origin, found);
    },
  });
  return { middleware: [middleware], paces };
}
