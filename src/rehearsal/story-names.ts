import type { Behaviour } from "./behaviour.ts";
import type { Exchange } from "./exchange.ts";
import { hashOf } from "./random.ts";

/** Names that everybody has an opinion on; all others are guessed from their last letter. */
const WELL_KNOWN: ReadonlyMap<string, "female" | "male"> = new Map([
  ...words("anna emma julia alice laura lucy maria mary nora olivia rachel ruth sarah", "female"),
  ...words("adam david george james john luca mark paul peter simon thomas", "male"),
]);

/** Names that one request may hold. */
const MOST_NAMES = 10;
const DAY_MS = 86_400_000;

/**
 * Story C: what a name's bearers mostly are. One name gives an object, `name[]` an array of at most
 * ten in their order; fields tell what is left of the day's names.
 */
export const NAMES_API: Behaviour = {
  name: "names",
  parameters: [],
  doc: "story C: ?name=N, or ?name[]=A&name[]=B for up to ten; also at / itself",
  example: "/?name=peter",
  kind: "answer",
  prepare: () => answerNames,
};

/** Whether a request for no path in particular is one for the names' API. */
export function asksForNames(exchange: Exchange): boolean {
  return exchange.query.has("name") || exchange.query.has("name[]");
}

export async function answerNames(exchange: Exchange): Promise<"answered" | "gone"> {
  const { namesMs, namesPerDay } = exchange.stage.stories;
  if (namesMs > 0 && (await exchange.wait(namesMs)) === "gone") return "gone";
  const single = exchange.query.get("name");
  const names = single === null ? exchange.query.getAll("name[]") : [single];
  if (names.length === 0 || names.length > MOST_NAMES) {
    const error = names.length === 0 ? "Missing 'name' parameter" : "Invalid 'name' parameter";
    exchange.json({ error }, 422);
    return "answered";
  }
  const nowMs = exchange.stage.clock.now();
  const day = exchange.counter("names", () => ({ used: 0, startMs: nowMs }));
  if (nowMs - day.startMs >= DAY_MS) [day.used, day.startMs] = [0, nowMs];
  const allowed = day.used + names.length <= namesPerDay;
  if (allowed) day.used += names.length;
  exchange.headers.push("x-rate-limit-limit", String(namesPerDay));
  exchange.headers.push("x-rate-limit-remaining", String(namesPerDay - day.used));
  exchange.headers.push(
    "x-rate-limit-reset",
    String(Math.ceil((day.startMs + DAY_MS - nowMs) / 1000)),
  );
  if (!allowed) {
    exchange.json({ error: "Request limit reached" }, 429);
    return "answered";
  }
  const answers = names.map((name) => genderOf(name, exchange.stage.seed));
  exchange.text(single === null ? `[${answers.join(",")}]` : answers[0]!);
  return "answered";
}

/**
 * The answer for one name as the API spells it: a probability always has a fraction, and nobody has
 * ever met a name without a letter.
 */
export function genderOf(name: string, seed: number): string {
  const quoted = JSON.stringify(name);
  const folded = name.trim().toLowerCase();
  if (!/\p{L}/u.test(folded)) {
    return `{"count":0,"name":${quoted},"gender":null,"probability":0.0}`;
  }
  const hash = hashOf(folded, seed);
  const guess = (hash % 10 === 0) === /[aeiyéë]$/u.test(folded) ? "male" : "female";
  const gender = WELL_KNOWN.get(folded) ?? guess;
  const probability = (50 + (hash % 51)) / 100;
  const spelt = Number.isInteger(probability) ? probability.toFixed(1) : String(probability);
  return `{"count":${hash % 2_000_000},"name":${quoted},"gender":"${gender}","probability":${spelt}}`;
}

function words(list: string, gender: "female" | "male"): [string, "female" | "male"][] {
  return list.split(" ").map((word) => [word, gender]);
}
