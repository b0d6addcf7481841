import { expect, test } from "vitest";

import { limitScope, partsOfScope } from "./limit-scope.ts";

const HOST = "https://api.example.com:8443";

test("a host is its own scope, and a key at it another that does not tell the key", () => {
  expect(limitScope(HOST)).toBe(HOST);
  const scope = limitScope(HOST, "s3cret-key");
  expect(scope).toMatch(/^https:\/\/api\.example\.com:8443#[0-9a-f]{12}$/);
  expect(limitScope(HOST, "s3cret-key")).toBe(scope);
  expect(limitScope(HOST, "s3cret-kez")).not.toBe(scope);
});

test("a scope is taken apart as it was made", () => {
  expect(partsOfScope(HOST)).toEqual({ host: HOST, key: undefined });
  const { host, key } = partsOfScope(limitScope(HOST, "k"));
  expect(host).toBe(HOST);
  expect(key).toMatch(/^[0-9a-f]{12}$/);
});
