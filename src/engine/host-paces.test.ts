import { expect, test } from "vitest";

import { createTokenBucket } from "../policy/token-bucket.ts";
import { createHostPaces, paced } from "./host-paces.ts";

const HOST = "http://a.example";

test("an interval holds from the moment that the host asks for it, beside the declared rates", () => {
  const paces = createHostPaces();
  const quota = paced(createTokenBucket({ count: 10, perMs: 1_000 }), { paces, host: HOST })!;
  quota.take(0);
  expect(quota.nextAt(0)).toBeGreaterThanOrEqual(100);
  expect(quota.nextAt(0)).toBeLessThan(110);
  paces.set(HOST, 2_000);
  quota.take(200);
  expect(quota.nextAt(200)).toBeGreaterThanOrEqual(2_200);
  expect(quota.nextAt(5_000)).toBe(5_000);
});

test("each host has its own, and the same one again does not begin anew", () => {
  const paces = createHostPaces();
  const quota = paced(undefined, { paces, host: HOST })!;
  const other = paced(undefined, { paces, host: "http://b.example" })!;
  paces.set(HOST, 1_000);
  quota.take(0);
  paces.set(HOST, 1_000);
  expect(quota.nextAt(0)).toBeGreaterThanOrEqual(1_000);
  expect(other.nextAt(0)).toBe(0);
  paces.set(HOST, 0);
  expect(quota.nextAt(0)).toBe(0);
});

test("without intervals, declared rates stay as they are", () => {
  const quota = createTokenBucket({ count: 1, perMs: 1_000 });
  expect(paced(quota, undefined)).toBe(quota);
});
