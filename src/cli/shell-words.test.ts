import { execFileSync } from "node:child_process";

import { describe, expect, test } from "vitest";

import { shellWords, ShellWordsError } from "./shell-words.ts";

const SPLIT: readonly (readonly [title: string, text: string, words: readonly string[]])[] = [
  ["blanks separate", "curl  a\tb\n", ["curl", "a", "b"]],
  ["single quotes keep everything", `curl 'a $(x) \\ "b"'`, ["curl", `a $(x) \\ "b"`]],
  [
    'double quotes unescape $ ` " and backslash only',
    `curl "a\\"b\\\\c\\$d\\\`e\\n"`,
    ["curl", 'a"b\\c$d`e\\n'],
  ],
  ["a backslash at a line end joins lines", "curl \\\n  a \\\r\n  b", ["curl", "a", "b"]],
  ["pieces side by side are one word", `a'b'"c"\\ d`, ["abc d"]],
  ["empty quotes are a word", `curl '' ""`, ["curl", "", ""]],
  ["$'…' knows the C escapes", String.raw`$'a\n\t\'\\\x41\101\u00e9\e'`, ["a\n\t'\\AAé\x1b"]],
  ["bytes of $'\\x…' are UTF-8 together", String.raw`$'\xc3\xa9\xe2\x82\xac'`, ["é€"]],
  ["two \\u surrogates are one character", String.raw`$'\ud83d\ude00\u0021'`, ["😀!"]],
  ["a question mark in an unquoted URL stays", "curl http://x/?a=1", ["curl", "http://x/?a=1"]],
  ["a dollar before a blank in double quotes stays", `"5 $ "`, ["5 $ "]],
];

const REFUSED: readonly string[] = [
  "curl $(touch x)",
  "curl `touch x`",
  'curl "$(touch x)"',
  'curl "`touch x`"',
  "curl $HOME",
  'curl "${HOME}"',
  "curl a; rm -rf b",
  "curl a && b",
  "curl a | sh",
  "curl a > file",
  "curl <(b)",
  "curl {a,b}",
  "curl a\ncurl b",
  "curl # comment",
  "curl 'open",
  'curl "open',
  "curl $'open",
  "curl \\",
  "curl $'\\UFFFFFFFF'",
];

describe("shellWords", () => {
  test.each(SPLIT)("%s", (_, text, words) => {
    expect(shellWords(text)).toEqual(words);
  });

  test.each(SPLIT.filter(([, text]) => !text.includes("\\ud83d") && !text.includes("\r")))(
    "as bash itself: %s",
    (_, text, words) => {
      // The table holds only quoting; bash prints each word with a NUL behind it.
      const env = { LC_ALL: "C.UTF-8", PATH: process.env["PATH"] ?? "" };
      const shown = execFileSync("bash", ["--norc", "-c", `printf '%s\\0' ${text}`], {
        encoding: "utf8",
        env,
      });
      expect(shown.split("\0").slice(0, -1)).toEqual(words);
    },
  );

  test.each(REFUSED)("refuses, and never runs: %s", (text) => {
    expect(() => shellWords(text)).toThrow(ShellWordsError);
  });
});
