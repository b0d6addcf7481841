import { expect, test } from "vitest";

import { credentialsOf } from "./job-credentials.ts";

const environment = { A: "a{b}", B: "b" };

test("one key is an API key, several are a pool with their rates", () => {
  const place = { kind: "apiKey", in: "query", name: "key" } as const;
  expect(credentialsOf({ ...place, key: "${A}" }, environment)).toEqual({
    ...place,
    value: "a{b}",
  });
  const keys = ["${A}", { key: "${B}", quota: ["50/s", "1000/d"] }];
  expect(credentialsOf({ ...place, keys }, environment)).toEqual({
    ...place,
    kind: "keyPool",
    keys: [
      { value: "a{b}", rates: [] },
      {
        value: "b",
        rates: [
          { count: 50, perMs: 1000 },
          { count: 1000, perMs: 86_400_000 },
        ],
      },
    ],
  });
});

test("a name and a password are filled in, and what is no secret stays", () => {
  expect(credentialsOf({ kind: "basic", user: "me", password: "${B}" }, environment)).toEqual({
    kind: "basic",
    username: "me",
    password: "b",
  });
  expect(credentialsOf({ kind: "login", step: "sign" }, environment)).toEqual({
    kind: "login",
    step: "sign",
  });
  expect(credentialsOf(undefined, environment)).toBeUndefined();
});

test("a variable that is not set is named with its field", () => {
  const auth = { kind: "bearer", token: "${NOT_SET}" } as const;
  expect(() => credentialsOf(auth, environment)).toThrow("NOT_SET");
});
