import type { Behaviour, Step } from "./behaviour.ts";
import type { Exchange } from "./exchange.ts";
import { hashOf, oneOf } from "./random.ts";

const PAGE = 20;
const STREETS = ["Mill Lane", "Harbour Road", "Elm Street", "Station Road", "Church Hill"];
const TOWNS = ["Northam", "Easton", "Weston", "Southby", "Middleton"];

/** What a page's token says, and when it was given. */
interface PageToken {
  readonly query: string;
  readonly page: number;
  readonly givenMs: number;
}

/**
 * Story B: a places API that answers 200 even when it refuses (the body's `status` tells), takes a
 * key with a quota, and gives tokens for next pages that work only after a moment.
 */
export const PLACES_API: Behaviour = {
  name: "maps",
  parameters: ["…"],
  doc: "story B: api/place/textsearch/json?query=Q&key=K, or pagetoken=T&key=K",
  example: "/maps/api/place/textsearch/json?query=cafe&key=k",
  kind: "answer",
  prepare(words): Step {
    const isSearch = words.join("/") === "api/place/textsearch/json";
    return async (exchange) => {
      if ((await exchange.wait(exchange.stage.stories.placesMs)) === "gone") return "gone";
      if (isSearch) search(exchange);
      else exchange.json({ error: "not found" }, 404);
      return "answered";
    };
  },
};

function search(exchange: Exchange): void {
  const { query, stage } = exchange;
  const key = query.get("key");
  if (key === null || key === "") {
    return refuse(exchange, "REQUEST_DENIED", "You must use an API key.");
  }
  if (isOverQuota(exchange, key)) {
    return refuse(exchange, "OVER_QUERY_LIMIT", "You have exceeded your rate-limit for this API.");
  }
  const token = query.get("pagetoken");
  const asked = token === null ? { query: query.get("query") ?? "", page: 0 } : readToken(token);
  const tooEarly =
    asked !== undefined &&
    "givenMs" in asked &&
    stage.clock.now() < asked.givenMs + stage.stories.pageTokenMs;
  if (asked === undefined || tooEarly || asked.query === "") {
    return refuse(exchange, "INVALID_REQUEST", undefined);
  }
  const total = placesOf(asked.query, stage.seed);
  const start = asked.page * PAGE;
  const results = Array.from({ length: Math.max(0, Math.min(PAGE, total - start)) }, (_, index) =>
    placeOf(asked.query, start + index, stage.seed),
  );
  const next: PageToken = { ...asked, page: asked.page + 1, givenMs: stage.clock.now() };
  exchange.json({
    html_attributions: [],
    ...(total > start + PAGE ? { next_page_token: writeToken(next) } : {}),
    results,
    status: results.length === 0 ? "ZERO_RESULTS" : "OK",
  });
}

/** One query in ten finds nothing, most find a few, some fill three pages. */
function placesOf(query: string, seed: number): number {
  const hash = hashOf(query, seed);
  if (hash % 10 === 0) return 0;
  return hash % 10 < 8 ? 1 + (hash % 17) : 21 + (hash % 40);
}

function placeOf(query: string, index: number, seed: number): object {
  const hash = hashOf(`${query} ${index}`, seed);
  const address = `${1 + (hash % 200)} ${oneOf(STREETS, hash)}, ${oneOf(TOWNS, hash >>> 8)}`;
  const location = { lat: 48 + (hash % 10_000) / 5000, lng: 2 + (hash % 7919) / 1000 };
  return {
    formatted_address: address,
    geometry: { location },
    name: `${query} ${index + 1}`,
    place_id: `P${hash.toString(36)}${index}`,
    rating: 1 + (hash % 41) / 10,
    types: ["point_of_interest", "establishment"],
  };
}

function isOverQuota({ stage }: Exchange, key: string): boolean {
  const { placesPerSecond } = stage.stories;
  if (placesPerSecond === Number.POSITIVE_INFINITY) return false;
  const taken = stage.counters.take(`places ${key}`, () => [] as number[]) as number[];
  const nowMs = stage.clock.now();
  while (taken.length > 0 && taken[0]! <= nowMs - 1000) taken.shift();
  if (taken.length >= placesPerSecond) return true;
  taken.push(nowMs);
  return false;
}

function refuse(exchange: Exchange, status: string, message: string | undefined): void {
  const error = message === undefined ? {} : { error_message: message };
  exchange.json({ ...error, html_attributions: [], results: [], status });
}

function writeToken(token: PageToken): string {
  return Buffer.from(JSON.stringify(token)).toString("base64url");
}

function readToken(text: string): PageToken | undefined {
  try {
    const token = JSON.parse(Buffer.from(text, "base64url").toString()) as PageToken;
    const isWhole = typeof token.query === "string" && Number.isSafeInteger(token.page);
    return isWhole && typeof token.givenMs === "number" ? token : undefined;
  } catch {
    return undefined;
  }
}
