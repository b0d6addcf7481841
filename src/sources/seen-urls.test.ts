import { expect, test } from "vitest";

import { SeenUrls } from "./seen-urls.ts";

test("each URL is new once, however many there are", () => {
  const seen = new SeenUrls();
  for (let index = 0; index < 50_000; index += 1) expect(seen.add(`http://a/${index}`)).toBe(true);
  for (let index = 0; index < 50_000; index += 1) expect(seen.add(`http://a/${index}`)).toBe(false);
  expect(seen.size).toBe(50_000);
  expect(seen.add("")).toBe(true);
  expect(seen.add("")).toBe(false);
});
