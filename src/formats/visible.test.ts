import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { shortenUrl, visible } from "./visible.ts";

describe("visible", () => {
  test.each([
    ["\u001b[2J", "\\x1b[2J"],
    ["\u009b31m", "\\x9b31m"],
    ["\u007f\b\0", "\\x7f\\x08\\x00"],
    ["a\r\nb\tc", "a\\r\\nb\\tc"],
    ["\u202eevil\u2066\u200f", "\\u202eevil\\u2066\\u200f"],
    ["a\u200bb\u2060\ufeff\u00ad", "a\\u200bb\\u2060\\ufeff\\xad"],
    ["\u2028\u2029", "\\u2028\\u2029"],
    ["\ud800a\udc00", "\\ud800a\\udc00"],
    ["\u{e0041}\u3164", "\\u{e0041}\\u3164"],
    ["a\u200db", "a\\u200db"],
  ])("%j is shown as %s", (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test.each(["", "plain ~", "é ü 日本語 नमस्ते", "🙂👍🏽❤️", "👨‍👩‍👧 🏳️‍🌈", "e\u0301"])(
    "%s stays as it is",
    (text) => {
      expect(visible(text)).toBe(text);
    },
  );

  test("no text shows a control, a lone surrogate or a bidi override", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const shown = visible(text);
        expect(shown.isWellFormed()).toBe(true);
        expect(shown).not.toMatch(
          /[\p{Cc}\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u,
        );
      }),
    );
  });
});

describe("shortening a URL", () => {
  const url = "https://api.example.com/v1/places/search?query=joes-diner&key=1";

  test("leaves out the middle and keeps the host and the end", () => {
    expect(shortenUrl(url, 40)).toBe("https://api.example.com/v1/plac…er&key=1");
    expect(shortenUrl(url, 40)).toHaveLength(40);
  });

  test("a URL that fits stays", () => {
    expect(shortenUrl(url, url.length)).toBe(url);
    expect(shortenUrl("https://api.example.com/", 5)).toBe("https://api.example.com/");
  });

  test("the host is whole at any width", () => {
    for (let width = 0; width <= 80; width += 1) {
      const short = shortenUrl(url, width);
      expect(short).toMatch(/^https:\/\/api\.example\.com/);
      expect(short.length).toBeLessThanOrEqual(
        Math.max(width, "https://api.example.com".length + 2),
      );
    }
  });

  test("controls are made visible and pairs stay whole", () => {
    expect(shortenUrl("https://a.example/\u001b[2J", 80)).toBe("https://a.example/\\x1b[2J");
    for (let width = 20; width < 60; width += 1) {
      expect(shortenUrl(`https://a.example/${"🙂".repeat(30)}`, width).isWellFormed()).toBe(true);
    }
  });
});
