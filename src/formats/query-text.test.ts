import { expect, test } from "vitest";

import { queryValue, queryValues, withoutQuery, withQuery } from "./query-text.ts";

test("a parameter is set where it stands, and everything else stays as it was written", () => {
  const url = "https://a.example/x?q=a%20b+c&page=1&sig=%2f&page=9";
  expect(withQuery(url, "page", "2")).toBe("https://a.example/x?q=a%20b+c&page=2&sig=%2f");
  expect(withQuery("https://a.example/x", "cursor", "a=b&c")).toBe(
    "https://a.example/x?cursor=a%3Db%26c",
  );
});

test("a name is known by what it means and keeps its spelling", () => {
  expect(withQuery("https://a.example/?page[number]=1", "page[number]", "2")).toBe(
    "https://a.example/?page[number]=2",
  );
  expect(queryValue("https://a.example/?page%5Bnumber%5D=7", "page[number]")).toBe("7");
  expect(queryValue("https://a.example/?q=%zz+1", "q")).toBe("%zz 1");
  expect(queryValue("https://a.example/", "q")).toBeUndefined();
  expect([...queryValues("https://a.example/?a=1&b&a=2")]).toEqual([
    ["a", "1"],
    ["b", ""],
  ]);
});

test("a parameter is taken out, however often and however it is spelled", () => {
  expect(withoutQuery("https://a.example/?k=1&a=%20&%6b=2", "k")).toBe("https://a.example/?a=%20");
  expect(withoutQuery("https://a.example/x?k=1", "k")).toBe("https://a.example/x");
  expect(withoutQuery("https://a.example/x?", "k")).toBe("https://a.example/x?");
});
