import { expect, test } from "vitest";

import { accountOf, type Life, type Visit } from "./visits.ts";

const options = { windowMs: 100 };

function visit(question: string, answeredMs?: number): Visit {
  return { question, beganMs: 0, answeredMs };
}

/** A life killed at 1,000 ms, and the one after it, which asks for the same question again. */
function again(question: string, answeredMs?: number, committed?: readonly string[]): Life[] {
  return [
    {
      visits: [visit(question, answeredMs)],
      killedMs: 1_000,
      committed: committed && new Set(committed),
    },
    { visits: [visit(question, 2_000)], killedMs: undefined },
  ];
}

test("what was in flight at a kill may be asked for again, and is counted", () => {
  const account = accountOf(again("a"), options);
  expect(account).toEqual({
    requests: 2,
    repeats: 1,
    inFlight: 1,
    oldestRepeatedMs: 0,
    oldestOwnMs: 0,
    violations: [],
  });
});

test("an answer given just before the kill may not have been committed", () => {
  const account = accountOf(again("a", 930), options);
  expect(account).toMatchObject({ repeats: 1, inFlight: 1, oldestRepeatedMs: 70, violations: [] });
});

test("an answer given long before the kill is not asked for again", () => {
  const { violations } = accountOf(again("a", 800), options);
  expect(violations).toEqual([
    '"a" in life 2 was asked for again, answered 200 ms (200 of its own) before the kill',
  ]);
});

test("while its process was given no processor, an answer does not grow older", () => {
  const [life, next] = again("a", 800);
  const account = accountOf([{ ...life!, stalledMs: 150 }, next!], options);
  expect(account).toMatchObject({ oldestRepeatedMs: 200, oldestOwnMs: 50, violations: [] });
  const { violations } = accountOf([{ ...life!, stalledMs: 90 }, next!], options);
  expect(violations).toHaveLength(1);
});

test("what the journal called done is not asked for again, however late it was answered", () => {
  const { violations } = accountOf(again("a", 999, ["a"]), options);
  expect(violations).toEqual(['"a" in life 2 was asked for after its commit']);
});

test("in one life a question is asked once", () => {
  const life: Life = { visits: [visit("a", 1), visit("a", 2)], killedMs: undefined };
  expect(accountOf([life], options).violations).toEqual(['"a" in life 1 was asked for twice']);
});

test("after a life that ended by itself nothing is asked for", () => {
  const lives: Life[] = [
    { visits: [visit("a", 10)], killedMs: undefined },
    { visits: [visit("a", 20)], killedMs: undefined },
  ];
  expect(accountOf(lives, options).violations).toHaveLength(1);
});
