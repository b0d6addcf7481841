import { expect, test } from "vitest";

import { winAnsi } from "./book-letters.ts";

test("letters of the font are their codes", () => {
  expect(winAnsi("aÄÿ €„“”–—…™ž").toString("hex")).toBe("61c4ff2080849394969785999e");
});

test("letters that it lacks lose their marks, or are question marks", () => {
  expect(winAnsi("őĄ中🙂\0\n").toString("latin1")).toBe("oA????");
});
