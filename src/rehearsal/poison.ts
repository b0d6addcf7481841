import { parseCount } from "../formats/quantity.ts";
import type { Step } from "./behaviour.ts";
import type { Exchange } from "./exchange.ts";
import { hashOf } from "./random.ts";
import type { SeenRequest } from "./seen-request.ts";
import { readShare } from "./share.ts";

/** One in so many of the first questions is poisoned, until there are enough. */
const AMONG = 3;
const MOST = 100_000;

/**
 * A step that never answers some questions well: an error, a reset, or half a body each time. `text` is
 * how many of the first questions, or which share of all (`1%`).
 * @throws UsageError for anything else.
 */
export function createPoison(text: string, seed: number): Step {
  const isPoisoned = text.endsWith("%") ? byShare(readShare("poison", text)) : byCount(text);
  return (exchange) => {
    const { seen } = exchange;
    if (!isPoisoned(seen, seed)) return "on";
    seen.poisoned = true;
    return harm(exchange, hashOf(seen.lot, seed + 1) % 3);
  };
}

type Chooser = (seen: SeenRequest, seed: number) => boolean;

function byShare(share: number): Chooser {
  return ({ lot }, seed) => hashOf(`poison ${lot}`, seed) / 2 ** 32 < share;
}

function byCount(text: string): Chooser {
  const count = Math.min(MOST, parseCount(text));
  const known = new Set<string>();
  const poisoned = new Set<string>();
  return ({ question }, seed) => {
    if (known.size < count * AMONG && !known.has(question)) {
      const group = Math.floor(known.size / AMONG);
      if (known.size % AMONG === hashOf(`poison ${group}`, seed) % AMONG) poisoned.add(question);
      known.add(question);
    }
    return poisoned.has(question);
  };
}

function harm(exchange: Exchange, kind: number): ReturnType<Step> {
  if (kind === 0) return exchange.reset();
  if (kind === 1) {
    exchange.cutAtBytes = "half";
    return "on";
  }
  exchange.json({ error: "this one is never answered, as rehearsed" }, 500);
  return "answered";
}
