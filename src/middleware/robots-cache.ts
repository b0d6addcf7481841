import type { RobotsTxt } from "../protocol/robots-txt.ts";

/** What an origin's robots.txt said, and how long that holds. */
export interface RobotsCopy {
  readonly robots: RobotsTxt;
  /** By the clock's `now()`. Milliseconds. */
  readonly untilMs: number;
}

/** Memory for all copies together, roughly; the oldest is forgotten first and would be asked for again. */
const MOST_BYTES = 32 * 1024 * 1024;
const RULE_BYTES = 256;
const COPY_BYTES = 512;
const SITEMAP_BYTES = 128;

/** The copies of robots.txt by origin, in bounded memory, and those that are under way. */
export class RobotsCache<Pending extends object> {
  readonly #copies = new Map<string, RobotsCopy>();
  readonly #pending = new Map<string, Pending>();
  #bytes = 0;

  /** The copy of an origin, however old. */
  copy(origin: string): RobotsCopy | undefined {
    return this.#copies.get(origin);
  }

  /** The fetch of an origin that is under way. */
  pending(origin: string): Pending | undefined {
    return this.#pending.get(origin);
  }

  /** Notes a fetch that is under way. */
  begin(origin: string, fetch: Pending): void {
    this.#pending.set(origin, fetch);
  }

  /** Ends a fetch, unless another one has taken its place, and keeps what it brought. */
  end(origin: string, fetch: Pending, copy?: RobotsCopy): void {
    if (this.#pending.get(origin) === fetch) this.#pending.delete(origin);
    if (copy === undefined) return;
    this.#forget(origin);
    this.#copies.set(origin, copy);
    this.#bytes += weightOf(copy);
    for (const oldest of this.#copies.keys()) {
      if (this.#bytes <= MOST_BYTES || oldest === origin) break;
      this.#forget(oldest);
    }
  }

  #forget(origin: string): void {
    const copy = this.#copies.get(origin);
    if (copy === undefined) return;
    this.#bytes -= weightOf(copy);
    this.#copies.delete(origin);
  }
}

function weightOf({ robots }: RobotsCopy): number {
  return COPY_BYTES + robots.rules * RULE_BYTES + robots.sitemaps.length * SITEMAP_BYTES;
}
