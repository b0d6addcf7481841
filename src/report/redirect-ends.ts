import type { Outcome } from "../core/outcome.ts";
import { formatCount } from "../formats/quantity.ts";
import { redactUrl } from "../formats/redact-url.ts";
import { visible } from "../formats/visible.ts";

/** Watches where the redirects of a run end. */
export interface RedirectEnds {
  take(outcome: Outcome): void;
  /** A sentence where many answers came from one and the same page; undefined where none did. */
  remark(): string | undefined;
}

/** Fewer answers from one page are no pattern. */
const FEWEST = 5;
/** … nor is a smaller share of all. */
const SMALLEST_SHARE = 0.1;
/** Pages that are counted at most: what comes later is rarely what many ended at. */
const MOST_PAGES = 1_000;

/**
 * Counts the rows whose redirects ended at one page, whatever its query: what asks for a login answers
 * everything with 200, and is not what was asked for.
 */
export function createRedirectEnds(): RedirectEnds {
  const pages = new Map<string, number>();
  let answered = 0;
  return {
    take(outcome) {
      if (outcome.kind !== "answered" || outcome.call.duplicate) return;
      answered += 1;
      const { redirects, url } = outcome.response;
      if (redirects.length === 0) return;
      const page = url.replace(/[?#].*$/s, "");
      const count = pages.get(page);
      if (count !== undefined || pages.size < MOST_PAGES) pages.set(page, (count ?? 0) + 1);
    },
    remark() {
      let most: readonly [page: string, count: number] = ["", 0];
      for (const entry of pages) if (entry[1] > most[1]) most = entry;
      const [page, count] = most;
      if (count < FEWEST || count < answered * SMALLEST_SHARE) return undefined;
      const shown = visible(redactUrl(page));
      return `${formatCount(count)} of ${formatCount(answered)} answers came from one page, to which redirects led: ${shown}; does it ask for a login?`;
    },
  };
}
