import { expect, test } from "vitest";

import { createHostNumbers } from "./host-numbers.ts";

test("hosts go on being numbered after those that are known, each once", () => {
  const hosts = createHostNumbers(["http://a", "http://b"]);
  expect(
    ["http://b", "http://c", "http://a", "http://c"].map((host) => hosts.numberOf(host)),
  ).toEqual([1, 2, 0, 2]);
  expect(hosts.takeNew()).toEqual(["http://c"]);
  expect(hosts.takeNew()).toEqual([]);
});
