import { expect, test } from "vitest";

import { formatLocalTime } from "./local-time.ts";

test("a moment is told in local time, every part with its digits", () => {
  expect(formatLocalTime(new Date(2026, 0, 2, 3, 4).getTime())).toBe("2026-01-02 03:04");
});
