import { expect, test } from "vitest";

import { blocksOf, commandsOf, isExample } from "./examples.ts";

const DOCUMENT = `
\`\`\`csv names.csv
name
peter
\`\`\`

\`\`\`sh exit=1
$ fanfetch get a \\
    b
status 200
$ cat names.csv | fanfetch map - c
\`\`\`

\`\`\`sh
npm ci && npm start
\`\`\`
`;

test("a block knows its language, its words and its place", () => {
  const blocks = blocksOf(DOCUMENT);
  expect(blocks.map(({ language, words, line }) => ({ language, words, line }))).toEqual([
    { language: "csv", words: ["names.csv"], line: 2 },
    { language: "sh", words: ["exit=1"], line: 7 },
    { language: "sh", words: [], line: 14 },
  ]);
  expect(blocks[0]!.text).toBe("name\npeter\n");
});

test("a command goes on after a backslash, and what follows it is its output", () => {
  expect(commandsOf(blocksOf(DOCUMENT)[1]!.text)).toEqual([
    { command: "fanfetch get a \\\n    b", shown: "status 200\n" },
    { command: "cat names.csv | fanfetch map - c", shown: "" },
  ]);
});

test("only a block that runs fanfetch is an example", () => {
  expect(blocksOf(DOCUMENT).map(isExample)).toEqual([false, true, false]);
});

test("a block that is never closed is an error", () => {
  expect(() => blocksOf("```sh\n$ fanfetch\n")).toThrow("line 1");
});
