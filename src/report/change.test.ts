import { expect, test } from "vitest";

import { type Found, judge } from "./change.ts";

const ANSWER: Found = {
  row: 1,
  kind: "answered",
  code: null,
  status: 200,
  bytes: 10,
  checksum: 7,
  hash: null,
  etag: null,
  lastModified: null,
};
const answer = (parts: Partial<Found>): Found => ({ ...ANSWER, ...parts });
const BARE = answer({ checksum: null });
const failure = (parts: Partial<Found>): Found =>
  answer({ kind: "failed", code: "E_STATUS", ...parts });

test.each([
  ["asked for in the second run alone", undefined, ANSWER, "new answer"],
  ["answered in the second run alone", failure({ status: 500 }), ANSWER, "new answer"],
  ["asked for in the first run alone", ANSWER, undefined, "gone answer"],
  ["not there any more", ANSWER, failure({ status: 410 }), "gone answer"],
  ["led to another", ANSWER, answer({ kind: "skipped", code: "E_DUPLICATE" }), "gone answer"],
  ["not answered this time", ANSWER, failure({ status: 503 }), "failed answer"],
  [
    "not asked as robots.txt says",
    ANSWER,
    answer({ kind: "skipped", code: "E_ROBOTS" }),
    "failed answer",
  ],
  ["answered in neither", failure({}), failure({}), "unanswered answer"],
  ["failed and given up", failure({}), undefined, "unanswered answer"],
  ["the same bytes", ANSWER, ANSWER, "same content"],
  ["other bytes of the same size", ANSWER, answer({ checksum: 8 }), "changed content"],
  ["of another size", ANSWER, answer({ bytes: 11 }), "changed content"],
  ["of another status", ANSWER, answer({ status: 203 }), "changed status"],
  [
    "the same checksum, other bytes",
    answer({ hash: "a" }),
    answer({ hash: "b" }),
    "changed content",
  ],
  ["of the same tag, uncounted", { ...BARE, etag: '"1"' }, { ...BARE, etag: '"1"' }, "same etag"],
  ["of another tag", { ...BARE, etag: '"1"' }, { ...BARE, etag: '"2"' }, "changed etag"],
  [
    "of the same bytes and another tag",
    answer({ etag: '"1"' }),
    answer({ etag: '"2"' }),
    "same content",
  ],
  [
    "modified",
    { ...BARE, lastModified: "x" },
    { ...BARE, lastModified: "y" },
    "changed last-modified",
  ],
  ["counted once, of the same size", ANSWER, BARE, "same size"],
  ["counted once, of another size", ANSWER, { ...BARE, bytes: 9 }, "changed size"],
] as const)("what is %s", (_what, before, after, expected) => {
  const { change, by } = judge(before, after);
  expect(`${change} ${by}`).toBe(expected);
});
