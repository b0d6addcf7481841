import { expect, test } from "vitest";

import { type Clock, systemClock } from "../core/clock.ts";
import { startRehearsal } from "./rehearsal.ts";

interface Page {
  readonly status: string;
  readonly results: readonly { readonly place_id: string }[];
  readonly next_page_token?: string;
}

/** A clock that the test sets; waits are over at once. */
class SetClock implements Clock {
  nowMs = 0;
  now(): number {
    return this.nowMs;
  }
  wallNow(): number {
    return 0;
  }
  after(_delayMs: number, callback: () => void): Disposable {
    return systemClock.after(0, callback);
  }
}

async function startPlaces(placesPerSecond = Number.POSITIVE_INFINITY) {
  const clock = new SetClock();
  const server = await startRehearsal({ clock, stories: { placesPerSecond } });
  const ask = async (query: string): Promise<Page> => {
    const answer = await fetch(`${server.url}/maps/api/place/textsearch/json?${query}`);
    expect(answer.status).toBe(200);
    return (await answer.json()) as Page;
  };
  return { clock, ask, [Symbol.asyncDispose]: () => server.close() };
}

test("an answer has results or says that there are none, the same every time", async () => {
  await using places = await startPlaces();
  const statuses = new Map<string, number>();
  for (let index = 0; index < 40; index += 1) {
    const page = await places.ask(`key=k&query=cafe${index}`);
    expect(page.status).toBe(page.results.length === 0 ? "ZERO_RESULTS" : "OK");
    expect(page.results.length).toBeLessThanOrEqual(20);
    statuses.set(page.status, (statuses.get(page.status) ?? 0) + 1);
  }
  expect([...statuses.keys()].toSorted()).toEqual(["OK", "ZERO_RESULTS"]);
  expect(await places.ask("key=k&query=cafe1")).toEqual(await places.ask("key=k&query=cafe1"));
});

test("a page's token works only after a moment, and the pages hold different places", async () => {
  await using places = await startPlaces();
  let query = "";
  let first: Page = { status: "", results: [] };
  for (let index = 0; first.next_page_token === undefined; index += 1) {
    query = `bakery${index}`;
    first = await places.ask(`key=k&query=${query}`);
  }
  const next = `key=k&pagetoken=${first.next_page_token}`;
  expect(await places.ask(next)).toMatchObject({ status: "INVALID_REQUEST", results: [] });
  places.clock.nowMs += 2000;
  const second = await places.ask(next);
  expect(second.status).toBe("OK");
  const ids = [...first.results, ...second.results].map(({ place_id }) => place_id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("a key has its quota for a second, and refusals are 200", async () => {
  await using places = await startPlaces(2);
  const ask = async (key: string) => (await places.ask(`key=${key}&query=x`)).status;
  await ask("a");
  await ask("a");
  expect(await ask("a")).toBe("OVER_QUERY_LIMIT");
  expect(await ask("b")).not.toBe("OVER_QUERY_LIMIT");
  places.clock.nowMs = 1000;
  expect(await ask("a")).not.toBe("OVER_QUERY_LIMIT");
});

test("no key and no sense are refused", async () => {
  await using places = await startPlaces();
  expect((await places.ask("query=x")).status).toBe("REQUEST_DENIED");
  expect((await places.ask("key=k")).status).toBe("INVALID_REQUEST");
  expect((await places.ask("key=k&pagetoken=e30")).status).toBe("INVALID_REQUEST");
  expect((await places.ask("key=k&pagetoken=%ff")).status).toBe("INVALID_REQUEST");
});
