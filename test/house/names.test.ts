import { expect, test } from "vitest";

import { filesBelow, sourceFiles, textOf } from "./repo.ts";

const LONGEST = 250;
const MEDIAN = 80;
/** Rooms and files in which everything would end up that nobody found a place for. */
const ROOMS_OF_EVERYTHING =
  /(?:^|\/)(?:utils?|helpers?|common|base|misc|shared|types|constants)(?:\/|\.ts$)/;
/** The one place that hands chance to the jitter of retries, which takes any generator: a test's is seeded. */
const CHANCE = "src/engine/session-commons.ts: const { emit, random = Math.random } = parts;";

const files = sourceFiles();
const tests = filesBelow("src", (name) => name.endsWith(".test.ts"));

/** Lines of a file, the last newline not counted as one more. */
function linesOf(path: string): number {
  return textOf(path).trimEnd().split("\n").length;
}

test("the names of sources were looked at", () => {
  expect(files.length).toBeGreaterThan(20);
});

test("every source is in kebab-case", () => {
  const wrong = [...files, ...tests].filter(
    (path) => !/^src(?:\/[a-z0-9]+(?:-[a-z0-9]+)*)+(?:\.test)?\.ts$/.test(path),
  );
  expect(wrong).toEqual([]);
});

test("there is no room for everything", () => {
  expect(files.filter((path) => ROOMS_OF_EVERYTHING.test(path))).toEqual([]);
});

test(`no source is over ${LONGEST} lines`, () => {
  const long = files.map((path) => `${path}: ${linesOf(path)}`);
  expect(long.filter((entry) => Number(entry.split(": ")[1]) > LONGEST)).toEqual([]);
});

test(`the median source is at most ${MEDIAN} lines`, () => {
  const lengths = files.map(linesOf).toSorted((a, b) => a - b);
  expect(lengths[lengths.length >> 1]).toBeLessThanOrEqual(MEDIAN);
});

test("a test stands beside the source it is about", () => {
  const known = new Set(files);
  const alone = tests.filter((path) => !known.has(path.replace(/\.test\.ts$/, ".ts")));
  expect(alone).toEqual([]);
});

test("chance comes in at one place, where the jitter of retries takes it", () => {
  const random = files.flatMap((path) =>
    withoutComments(textOf(path))
      .split("\n")
      .filter((line) => /\bMath\s*\.\s*random\b/.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
  expect(random).toEqual([CHANCE]);
});

test("nothing evaluates text as code but two constant words of V8's", () => {
  const evaluating = files.filter((path) =>
    /\beval\s*\(|\bnew\s+Function\b|["']node:vm["']/.test(withoutComments(textOf(path))),
  );
  expect(evaluating).toEqual(["src/runs/v8-words.ts"]);
});

test("no exported name has a decoration that says nothing", () => {
  const exported = /^export (?:class|interface|type|function|const|async function) (\w+)/gm;
  const names = files.flatMap((path) =>
    [...textOf(path).matchAll(exported)].map((match) => `${match[1]} (${path})`),
  );
  expect(names.length).toBeGreaterThan(20);
  const decorated =
    /^I[A-Z][a-z]|^\w*(?:Manager|Handler|Helper|Base|Impl|Info|Processor|Utils?) \(/;
  expect(names.filter((name) => decorated.test(name))).toEqual([]);
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}
