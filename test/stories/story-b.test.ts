import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder, type TemporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

const KEYS = { K1: "first", K2: "second" };

/** The job of `examples/places.yaml` with quicker tokens. */
function jobOf(url: string, auth: string): string {
  return `
base: ${url}/maps/api/place
auth: ${auth}
steps:
  - id: search
    rows: queries.csv
    url: /textsearch/json{?query}
    paginate:
      kind: cursor
      next: next_page_token
      into: pagetoken
      delay: 20ms
      notReady: status == 'INVALID_REQUEST'
      items: results
      maxPages: 3
    rules:
      - { when: status == 'OVER_QUERY_LIMIT', then: hold, hold: 1s }
      - { when: status == 'REQUEST_DENIED', then: stop }
    each: "results[*].{place: name, address: formatted_address}"
    output: places.jsonl
`;
}

const ONE_KEY = `{ kind: apiKey, in: query, name: key, key: "\${K1}" }`;

async function withQueries(count: number): Promise<TemporaryFolder> {
  const folder = await temporaryFolder();
  const rows = Array.from({ length: count }, (_, index) => `cafe ${index}`);
  await folder.write("queries.csv", `query\n${rows.join("\n")}\n`);
  return folder;
}

async function recordsIn(folder: TemporaryFolder): Promise<readonly Record<string, unknown>[]> {
  const text = await folder.read("places.jsonl");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

test("all pages of each query become records of its row; what found nothing is an answer without one", async () => {
  await using world = await startWorld();
  await using folder = await withQueries(60);
  await folder.write("places.yaml", jobOf(world.url, ONE_KEY));
  const ended = await fanfetch("run", "places.yaml").in(folder).env(KEYS);
  expect(ended.exitCode).toBe(0);
  expect(ended.stderr).toContain("60 inputs = 60 answered + 0 failed + 0 skipped");
  const records = await recordsIn(folder);
  const perQuery = new Map<unknown, number>();
  for (const { query } of records) perQuery.set(query, (perQuery.get(query) ?? 0) + 1);
  // In the order of the queries, and of the pages within each.
  expect([...perQuery.keys()]).toEqual(
    [...perQuery.keys()].toSorted(
      (one, other) => Number(String(one).slice(5)) - Number(String(other).slice(5)),
    ),
  );
  expect(perQuery.size).toBeLessThan(60);
  expect(Math.max(...perQuery.values())).toBeGreaterThan(40);
  for (const query of perQuery.keys()) {
    const places = records.filter((record) => record["query"] === query);
    const expected = places.map((_, index) => `${String(query)} ${index + 1}`);
    expect(places.map(({ place }) => place)).toEqual(expected);
  }
  expect(Object.keys(records[0]!)).toEqual(["query", "place", "address"]);
  const verified = await fanfetch("verify").in(folder).env(KEYS);
  expect(verified.exitCode).toBe(0);
});

test("other fields are extracted from the pages that were kept, and nothing is sent", async () => {
  await using world = await startWorld();
  await using folder = await withQueries(5);
  await folder.write("places.yaml", jobOf(world.url, ONE_KEY));
  await fanfetch("run", "places.yaml", "--keep").in(folder).env(KEYS);
  const before = world.seen.total;
  const ended = await fanfetch("extract", "--pick", "ratings=[].results[].rating", "-o", "r.jsonl")
    .in(folder)
    .env(KEYS);
  expect(ended.exitCode).toBe(0);
  expect(world.seen.total).toBe(before);
  const lines = (await folder.read("r.jsonl")).trimEnd().split("\n");
  expect(lines).toHaveLength(5);
  expect(Array.isArray(JSON.parse(lines[0]!).ratings)).toBe(true);
});

test("a refusal inside a 200 holds the host and costs no query its answer", async () => {
  await using world = await startWorld({ stories: { placesPerSecond: 40 } });
  await using folder = await withQueries(70);
  await folder.write("places.yaml", jobOf(world.url, ONE_KEY));
  const ended = await fanfetch("run", "places.yaml", "-j", "20").in(folder).env(KEYS);
  expect(ended.exitCode).toBe(0);
  expect(ended.stderr).toContain("70 inputs = 70 answered + 0 failed + 0 skipped");
  const records = await recordsIn(folder);
  expect(records.length).toBeGreaterThan(200);
});

test("a key that is refused stops the run with the rule that says so, and its rows are still owed", async () => {
  await using world = await startWorld();
  await using folder = await withQueries(30);
  await folder.write("places.yaml", jobOf(world.url, `{ kind: bearer, token: "\${K1}" }`));
  const ended = await fanfetch("run", "places.yaml").in(folder).env(KEYS);
  expect(ended.exitCode).toBe(3);
  expect(ended.stderr).toContain("REQUEST_DENIED");
  expect(ended.stderr).toContain("go on with: fanfetch resume");
});

test("two keys share the work, each within its own quota", async () => {
  await using world = await startWorld();
  await using folder = await withQueries(40);
  const keys = `[{ key: "\${K1}", quota: 20/s }, { key: "\${K2}", quota: 20/s }]`;
  const auth = `{ kind: apiKey, in: query, name: key, keys: ${keys} }`;
  await folder.write("places.yaml", jobOf(world.url, auth));
  const ended = await fanfetch("run", "places.yaml").in(folder).env(KEYS);
  expect(ended.exitCode).toBe(0);
  const used = (key: string) =>
    world.seen.requests().filter(({ target }) => target.includes(`key=${key}`)).length;
  expect(used("first") + used("second")).toBe(world.seen.total);
  expect(Math.abs(used("first") - used("second"))).toBeLessThanOrEqual(world.seen.total * 0.2);
  // The secrets are nowhere in what the run keeps.
  const kept = await folder.names();
  const { readFile, stat } = await import("node:fs/promises");
  for (const name of kept.filter((one) => one.startsWith(".fanfetch/"))) {
    const path = `${folder.path}/${name}`;
    if (!(await stat(path)).isFile()) continue;
    const text = (await readFile(path)).toString("latin1");
    expect(text.includes("key=first"), name).toBe(false);
  }
});

test("killed in the middle and resumed, queries and pages that were committed are not paid again", async () => {
  await using world = await startWorld({ stories: { placesMs: 30 } });
  await using folder = await withQueries(300);
  await folder.write("places.yaml", jobOf(world.url, ONE_KEY));
  const limits = ["-j", "8", "--per-host", "8"];
  const killed = await fanfetch("run", "places.yaml", ...limits)
    .in(folder)
    .env(KEYS)
    .kill("SIGKILL")
    .after(world.seen.reached(200));
  expect(killed.signal).toBe("SIGKILL");
  // They are written while others are still asked for.
  expect((await recordsIn(folder)).length).toBeGreaterThan(0);
  const ended = await fanfetch("resume").in(folder).env(KEYS);
  expect(ended.stderr).toContain("300 inputs = 300 answered + 0 failed + 0 skipped");
  expect(world.seen.total - world.seen.distinct).toBeLessThanOrEqual(100);
  const records = await recordsIn(folder);
  const queries = new Set(records.map(({ query }) => query));
  expect(queries.size).toBeGreaterThan(200);
  // Each once, in the order of the queries, and of the places of each.
  const expected = [...queries]
    .toSorted((one, other) => Number(String(one).slice(5)) - Number(String(other).slice(5)))
    .flatMap((query) =>
      records
        .filter((record) => record["query"] === query)
        .map((_, index) => `${String(query)} ${index + 1}`),
    );
  expect(records.map(({ place }) => place)).toEqual(expected);
  expect((await fanfetch("verify").in(folder).env(KEYS)).exitCode).toBe(0);
});

test("a cap on cost is kept to the cent over all pages, and what was paid is not paid twice", async () => {
  await using world = await startWorld();
  await using folder = await withQueries(60);
  await folder.write("places.yaml", jobOf(world.url, ONE_KEY));
  const price = ["--price", "0.01"];
  const capped = await fanfetch("run", "places.yaml", ...price, "--max-cost", "0.25")
    .in(folder)
    .env(KEYS);
  expect(capped.exitCode).toBe(3);
  expect(world.seen.total).toBe(25);
  expect(capped.stderr).toContain("cost 0.25");
  const ended = await fanfetch("resume", ...price, "--max-cost", "10")
    .in(folder)
    .env(KEYS);
  expect(ended.exitCode).toBe(0);
  expect(ended.stderr).toContain("60 inputs = 60 answered + 0 failed + 0 skipped");
  const paid = /cost (\d+\.\d+)/.exec(ended.stderr)?.[1];
  expect(Number(paid)).toBeCloseTo(world.seen.total * 0.01, 5);
  // Pages of lists that were not whole are remembered as well.
  expect(world.seen.total).toBe(world.seen.distinct);
});
