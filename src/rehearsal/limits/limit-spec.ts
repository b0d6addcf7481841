import { UsageError } from "../../core/usage-error.ts";
import { didYouMean } from "../../formats/nearest.ts";
import { parseCount, parseDuration, parseRate } from "../../formats/quantity.ts";
import type { LimitModel } from "./verdict.ts";
import { createBucket } from "./bucket.ts";
import type { Gate, Share } from "./gate.ts";
import { createLimitedServer } from "./limited-server.ts";
import { createPlaces } from "./places.ts";
import { createKnee, createLeak, createPlainService, createWorkers } from "./service.ts";
import type { Service } from "./service.ts";
import type { ComeBack, Fields, Lie } from "./voice.ts";
import { createSlidingWindow, createWindow } from "./window.ts";

const KINDS = ["window", "sliding", "bucket", "leaky", "places", "queue", "knee", "unlimited"];
const FIELDS: readonly Fields[] = ["none", "ietf", "x", "x-epoch"];
const COME_BACK: readonly ComeBack[] = ["none", "seconds", "date", "rfc850", "asctime"];
const LIES: readonly Lie[] = ["none", "static", "zero", "tenfold"];
const STATUSES = ["429", "503"];
const WORDS = [
  "burst",
  "depth",
  "drops",
  "share",
  "drift",
  "retry-after",
  "headers",
  "lie",
  "status",
  "noise",
  "refused-in",
  "dropped-in",
];

type Words = ReadonlyMap<string, string>;

/**
 * The server that a text describes: `KIND:SIZE,word=value,…`, several limits joined by `+`, such as
 * `bucket:20/s,burst=200`, `window:50/1s,retry-after,headers=ietf`, `places:8,status=503`,
 * `window:10/s+window:100/1m`. `share=0.5@20s-40s` halves a limit for a while, `drift=0.5@60s` lets it
 * sink and rise again. Words on how it talks hold for the whole.
 * @throws UsageError for anything else, naming the nearest word.
 */
export function limitModelOf(text: string): LimitModel {
  const gates: Gate[] = [];
  let service: Service = createPlainService();
  const said = new Map<string, string>();
  for (const part of text.split("+")) {
    const [head = "", ...rest] = part.trim().split(",");
    const [kind = "", size = ""] = head.split(":");
    const words = wordsOf(rest, text);
    for (const [word, value] of words) said.set(word, value);
    const share = shareOf(words);
    const made = partOf(oneOf(KINDS, kind.trim(), "limit"), size.trim(), words, share);
    if (made === undefined) continue;
    if ("serve" in made) service = made;
    else gates.push(made);
  }
  return createLimitedServer({
    gates,
    service,
    voice: {
      fields: oneOf(FIELDS, said.get("headers") ?? "none", "kind of header field"),
      comeBack: oneOf(COME_BACK, comeBackOf(said.get("retry-after")), "form of Retry-After"),
      lie: oneOf(LIES, said.get("lie") ?? "none", "lie"),
    },
    status: oneOf(STATUSES, said.get("status") ?? "429", "status") === "503" ? 503 : 429,
    refusalMs: parseDuration(said.get("refused-in") ?? "0"),
    dropMs: parseDuration(said.get("dropped-in") ?? "0"),
    noise: parseShare(said.get("noise") ?? "0"),
  });
}

function partOf(
  kind: string,
  size: string,
  words: Words,
  share: Share,
): Gate | Service | undefined {
  switch (kind) {
    case "window":
      return createWindow(parseRate(size), share);
    case "sliding":
      return createSlidingWindow(parseRate(size), share);
    case "bucket": {
      const rate = parseRate(size);
      const burst = words.get("burst");
      return createBucket(rate, burst === undefined ? rate.count : parseCount(burst), share);
    }
    case "leaky": {
      const { count, perMs } = parseRate(size);
      return createLeak(perMs / count, parseCount(words.get("depth") ?? "10", 0));
    }
    case "places":
      return createPlaces(parseCount(size), share);
    case "queue": {
      const drops = words.get("drops");
      return createWorkers(parseCount(size), drops === undefined ? Infinity : parseCount(drops));
    }
    case "knee":
      return createKnee(parseCount(size));
    default:
      return undefined;
  }
}

function wordsOf(parts: readonly string[], text: string): Words {
  const words = new Map<string, string>();
  for (const part of parts) {
    const [word = "", ...value] = part.trim().split("=");
    if (!WORDS.includes(word)) {
      throw new UsageError(
        `"${word}" in "${text}" is no word of a limit${didYouMean(word, WORDS)}`,
      );
    }
    words.set(word, value.join("="));
  }
  return words;
}

function oneOf<T extends string>(list: readonly T[], word: string, what: string): T {
  const found = list.find((each) => each === word);
  if (found !== undefined) return found;
  const near = didYouMean(word, list);
  throw new UsageError(`"${word}" is no ${what}${near === "" ? `: ${list.join(", ")}` : near}`);
}

function comeBackOf(value: string | undefined): string {
  return value === undefined ? "none" : value === "" ? "seconds" : value;
}

/** `0.5@20s-40s`: so much of it between two times; `0.5@60s`: down to it and up again in that time. */
function shareOf(words: Words): Share {
  const step = words.get("share");
  if (step !== undefined) {
    const [share = "", times = ""] = step.split("@");
    const [from = "", to = ""] = times.split("-");
    const [least, fromMs, toMs] = [parseShare(share), parseDuration(from), parseDuration(to)];
    return (ms) => (ms >= fromMs && ms < toMs ? least : 1);
  }
  const drift = words.get("drift");
  if (drift === undefined) return () => 1;
  const [share = "", time = ""] = drift.split("@");
  const [least, periodMs] = [parseShare(share), parseDuration(time)];
  return (ms) => (1 + least) / 2 + ((1 - least) / 2) * Math.cos((2 * Math.PI * ms) / periodMs);
}

/** A share from 0 to 1: `0.5` or `50%`. */
function parseShare(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim());
  const share = Number(match?.[1]) / (match?.[2] === "%" ? 100 : 1);
  if (!(share >= 0 && share <= 1)) {
    throw new UsageError(`"${text}" is not a share; write for example 0.5 or 0.2%`);
  }
  return share;
}
