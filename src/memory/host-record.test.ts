import { expect, test } from "vitest";

import { formatHostRecord, type HostRecord, parseHostRecord } from "./host-record.ts";

const RECORD: HostRecord = {
  scope: "https://api.example.com#0123456789ab",
  profile: {
    rate: 19.6,
    burst: 5,
    concurrency: undefined,
    latencyMs: 48.2,
    evidence: ["refusals", "headers"],
    detail: { ceiling: 12, proven: 1 },
  },
  requests: 27_000,
  refused: 12,
  firstMs: 1_700_000_000_000,
  lastMs: 1_800_000_000_000,
};

test("a record is read as it was written", () => {
  expect(parseHostRecord(formatHostRecord(RECORD))).toEqual(RECORD);
});

test("half a record is none, wherever it ends", () => {
  const text = formatHostRecord(RECORD).trimEnd();
  for (let length = 0; length < text.length; length += 1) {
    expect(parseHostRecord(text.slice(0, length))).toBeUndefined();
  }
});

test.each([
  ["null"],
  ["[]"],
  ['"x"'],
  ["{}"],
  [formatHostRecord(RECORD).replace('"format":1', '"format":2')],
  [JSON.stringify({ format: 1, scope: 7, profile: {}, firstMs: 1, lastMs: 1 })],
  [JSON.stringify({ format: 1, scope: "x", profile: [], firstMs: 1, lastMs: 1 })],
  [JSON.stringify({ format: 1, scope: "x", profile: {}, firstMs: "1", lastMs: 1 })],
])("%s is no record", (text) => {
  expect(parseHostRecord(text)).toBeUndefined();
});

test("numbers of no use are left out, and no name reaches a prototype", () => {
  const text = `{"format":1,"scope":"x","firstMs":1,"lastMs":2,"requests":-4,"refused":"7","profile":{
    "rate":-1,"burst":null,"concurrency":0,"latencyMs":1e999,"evidence":["magic","latency",{}],
    "detail":{"__proto__":3,"constructor":4,"ceiling":"9","far":1e999}}}`;
  const record = parseHostRecord(text)!;
  expect(record.profile).toMatchObject({
    rate: undefined,
    burst: undefined,
    concurrency: undefined,
    latencyMs: undefined,
    evidence: ["latency"],
  });
  expect([record.requests, record.refused]).toEqual([0, 0]);
  expect(Object.entries(record.profile.detail)).toEqual([
    ["__proto__", 3],
    ["constructor", 4],
  ]);
  expect(Object.getPrototypeOf(record.profile.detail)).toBe(Object.prototype);
});

test("of a thousand details the first are read", () => {
  const detail = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [`d${index}`, index]),
  );
  const text = formatHostRecord({ ...RECORD, profile: { ...RECORD.profile, detail } });
  expect(Object.keys(parseHostRecord(text)!.profile.detail)).toHaveLength(64);
});
