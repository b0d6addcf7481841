import { describe, expect, test } from "vitest";

import { createRequest, type RequestParts, refusedRequest } from "../core/request.ts";
import type { Task } from "../queue/queue.ts";
import { type Survey, survey, type SurveyOptions } from "./survey.ts";

function taskOf(parts: RequestParts | string, number: number): Task {
  const row = { number, line: number, columns: [], values: [] };
  const request =
    typeof parts !== "string"
      ? createRequest(parts)
      : parts.startsWith("http")
        ? createRequest({ url: parts })
        : refusedRequest(parts, `row ${number}: "${parts}" is no URL`);
  return { row, request };
}

function surveyOf(
  asked: readonly (RequestParts | string)[],
  options: Partial<SurveyOptions> = {},
): Promise<Survey> {
  async function* batches(): AsyncGenerator<readonly Task[]> {
    const tasks = asked.map((parts, index) => taskOf(parts, index + 1));
    for (let start = 0; start < tasks.length; start += 3) yield tasks.slice(start, start + 3);
  }
  return survey(batches(), {
    duplicates: "asked once",
    first: 5,
    spread: 0,
    seed: [1, 2],
    ...options,
  });
}

const rowsDone = (...rows: readonly number[]) => ({ has: (row: number) => rows.includes(row) });

test("equal questions count once, by host, those asked most first", async () => {
  const found = await surveyOf([
    ...["http://a.test/1", "http://b.test/1", "http://b.test/2"],
    ...["http://b.test/1", "http://a.test/1", "https://b.test/1"],
  ]);
  expect(found).toMatchObject({ rows: 6, done: 0, requests: 4, owed: 4, precision: "exact" });
  expect(found.hosts).toEqual([
    { origin: "http://b.test", requests: 2, owed: 2 },
    { origin: "http://a.test", requests: 1, owed: 1 },
    { origin: "https://b.test", requests: 1, owed: 1 },
  ]);
});

test("where asking has an effect, each row is a request", async () => {
  const found = await surveyOf(["http://a.test/1", "http://a.test/1", "http://a.test/1"], {
    duplicates: "each asked",
    done: rowsDone(2),
  });
  expect(found).toMatchObject({ rows: 3, done: 1, requests: 3, owed: 2 });
});

test("method, header fields and body make another question", async () => {
  const url = "http://a.test/";
  const found = await surveyOf([
    { url },
    { url, method: "HEAD" },
    { url, headers: ["x", "1"] },
    { url, headers: ["x", "2"] },
    { url, headers: ["x", "1"] },
    { url, method: "QUERY", body: "a" },
    { url, method: "QUERY", body: "b" },
    { url, method: "QUERY", body: new Uint8Array([98]) },
  ]);
  expect(found.requests).toBe(6);
});

describe("in a run that has outcomes", () => {
  test("a question is owed where no row of it is done", async () => {
    const asked = ["http://a.test/1", "http://a.test/2", "http://a.test/1", "http://a.test/3"];
    const found = await surveyOf(asked, { done: rowsDone(1, 4), spread: 9 });
    expect(found).toMatchObject({ rows: 4, done: 2, requests: 3, owed: 1 });
    expect(found.hosts).toEqual([{ origin: "http://a.test", requests: 3, owed: 1 }]);
    expect(found.first.map(({ url }) => url)).toEqual(["http://a.test/2"]);
    expect(found.spread.map(({ url }) => url)).toEqual(["http://a.test/2"]);
  });

  test("nothing is owed where all is done", async () => {
    const found = await surveyOf(["http://a.test/1"], { done: rowsDone(1) });
    expect(found).toMatchObject({ requests: 1, owed: 0, first: [] });
  });
});

test("rows that give no request are counted apart, with the reason of the first", async () => {
  const found = await surveyOf(["http://a.test/1", "nonsense", "more"]);
  expect(found).toMatchObject({
    rows: 3,
    requests: 1,
    refused: { rows: 2, why: 'row 2: "nonsense" is no URL' },
  });
  expect(found.first).toHaveLength(1);
});

test("the first requests are different ones, and the spread ones reach over the input", async () => {
  const asked = Array.from({ length: 3_000 }, (_, index) => `http://a.test/${index >> 1}`);
  const found = await surveyOf(asked, { first: 3, spread: 3 });
  expect(found.first.map(({ target }) => target)).toEqual(["/0", "/1", "/2"]);
  const spread = found.spread.map(({ target }) => Number(target.slice(1)));
  expect(spread).toHaveLength(3);
  expect(spread[2]! - spread[0]!).toBeGreaterThan(750);
});

test("more hosts than can be told apart are one in the end", async () => {
  const asked = Array.from({ length: 65_600 }, (_, index) => `http://h${index}.test/`);
  const found = await surveyOf(asked);
  expect(found.requests).toBe(65_600);
  expect(found.hosts).toHaveLength(65_535);
  expect(found.hosts[0]).toEqual({ origin: "", requests: 66, owed: 66 });
});

test("an empty input asks for nothing", async () => {
  expect(await surveyOf([])).toMatchObject({ rows: 0, requests: 0, hosts: [], precision: "exact" });
});
