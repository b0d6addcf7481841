import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import { parseDuration } from "../formats/quantity.ts";
import type { Step, Turn } from "./behaviour.ts";
import type { Exchange } from "./exchange.ts";
import { createPoison } from "./poison.ts";
import { hashOf } from "./random.ts";
import { readShare } from "./share.ts";

/** Faults that a server plays: before its limits are asked, and once they have let a request pass. */
export interface Faults {
  readonly atTheDoor: readonly Step[];
  readonly inside: readonly Step[];
  /** Share of the time in which no burst refuses everything. */
  readonly openShare: number;
  /** Whether hanging and slow requests hold places that others could have had. */
  readonly places: "held" | "free";
}

/** A slow body comes in ten pieces. */
const SLOW_PIECE_MS = 200;

/** Not a fault that anybody has to ask again for. */
const SLOW = (exchange: Exchange): Turn => {
  exchange.delivery = { everyMs: SLOW_PIECE_MS };
  return "on";
};

/** What may go wrong with one request, and what it then does. */
const FLAWS: ReadonlyMap<string, (exchange: Exchange) => Turn> = new Map([
  ["resets", (exchange: Exchange): Turn => exchange.reset()],
  ["hangs", (): Turn => "gone"],
  [
    "errors",
    (exchange: Exchange): Turn => {
      exchange.json({ error: "a fault, as rehearsed" }, 500);
      return "answered";
    },
  ],
  [
    "cuts",
    (exchange: Exchange): Turn => {
      exchange.cutAtBytes = "half";
      return "on";
    },
  ],
  ["slow-bodies", SLOW],
]);

const WORDS = [...FLAWS.keys(), "poison", "burst-429"];

/** A flaw and its share of the requests. */
interface Flaw {
  readonly share: number;
  readonly play: (exchange: Exchange) => Turn;
}

/** A server without faults. */
export const NO_FAULTS: Faults = { atTheDoor: [], inside: [], openShare: 1, places: "free" };

/**
 * Reads `resets=2%,cuts=1%,hangs=1%,errors=1%,slow-bodies=1%,poison=3,burst-429=1s/20s`: shares of the
 * requests, `poison` a number of questions (or a share of them) that are never answered well, and
 * `burst-429` for how long in each such time everything is refused. Which requests it hits is
 * decided by `seed`.
 * @throws UsageError for a word that is none of these, naming the nearest, and for a value that cannot be read.
 */
export function parseFaults(text: string, seed: number): Faults {
  const atTheDoor: Step[] = [];
  const inside: Step[] = [];
  const flaws: Flaw[] = [];
  let openShare = 1;
  for (const part of text.split(",")) {
    const [word = "", value = ""] = part.trim().split("=");
    const play = FLAWS.get(word);
    if (play !== undefined) flaws.push({ share: readShare(word, value), play });
    else if (word === "poison") inside.push(createPoison(value, seed));
    else if (word === "burst-429") {
      const times = readBursts(value);
      atTheDoor.push(bursts(times));
      openShare *= 1 - times.lastingMs / times.everyMs;
    } else {
      const hint = didYouMean(word, WORDS) || `; there are ${WORDS.join(", ")}`;
      throw new UsageError(`"${word}" is not a fault${hint}`);
    }
  }
  if (flaws.length > 0) inside.push(flawed(flaws));
  const isHolding = text.split(",").some((part) => /^\s*(?:hangs|slow-bodies)=/.test(part));
  return { atTheDoor, inside, openShare, places: isHolding ? "held" : "free" };
}

/** Whom a flaw hits is one lot per question and time it is asked: alike in every rehearsal of a seed. */
function flawed(flaws: readonly Flaw[]): Step {
  return (exchange) => {
    const { seen, stage } = exchange;
    const asked = exchange.counter(`lot ${seen.question}`, () => ({ times: 0 }));
    asked.times += 1;
    let lot = hashOf(`${seen.lot} ${asked.times}`, stage.seed) / 2 ** 32;
    for (const { share, play } of flaws) {
      if (lot < share) {
        seen.flawed = play !== SLOW;
        return play(exchange);
      }
      lot -= share;
    }
    return "on";
  };
}

interface Bursts {
  readonly lastingMs: number;
  readonly everyMs: number;
}

function readBursts(text: string): Bursts {
  const [lasting = "", every = ""] = text.split("/");
  const [lastingMs, everyMs] = [parseDuration(lasting), parseDuration(every)];
  if (lastingMs >= everyMs) {
    throw new UsageError(`burst-429=${text} never ends; write for example burst-429=1s/20s`);
  }
  return { lastingMs, everyMs };
}

/** Refuses everything for a while, again and again; the first burst comes after half a period. */
function bursts({ lastingMs, everyMs }: Bursts): Step {
  let sinceMs: number | undefined;
  return (exchange) => {
    const nowMs = exchange.stage.clock.now();
    sinceMs ??= nowMs;
    if ((nowMs - sinceMs + everyMs / 2) % everyMs >= lastingMs) return "on";
    exchange.seen.staged = true;
    exchange.json({ error: "too many requests, as rehearsed" }, 429);
    return "answered";
  };
}
