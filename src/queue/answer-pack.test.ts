import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { sealEntries } from "./answer-entries.ts";
import { answerIn, entryBytes, isWhole, MOST_ENTRY_BYTES } from "./answer-entry.ts";
import { createAnswerPack } from "./answer-pack.ts";

const answered = fc.record({
  question: fc.string({ unit: "grapheme", maxLength: 60 }),
  high: fc.integer(),
  low: fc.integer(),
  status: fc.integer({ min: 100, max: 999 }),
  contentType: fc.option(fc.string({ unit: "grapheme", maxLength: 20 }), { nil: undefined }),
  bytes: fc.uint8Array({ maxLength: 70_000, size: "max" }),
});

describe("a pack of answers", () => {
  test("holds what was added, in its order, and nothing else", () => {
    fc.assert(
      fc.property(fc.array(answered, { maxLength: 8 }), (all) => {
        const pack = createAnswerPack();
        for (const { question, high, low, ...answer } of all) {
          expect(pack.add(question, high, low, answer)).toBe(true);
        }
        const taken = pack.take();
        expect(pack.take()).toEqual([]);
        expect(taken.length === 0).toBe(all.length === 0);
        const bytes = Buffer.concat(taken);
        const heads = sealEntries(entryBytes(bytes));
        expect(heads).toHaveLength(3 * all.length);
        for (const block of taken) expect(block.byteLength).toBeLessThanOrEqual(MOST_ENTRY_BYTES);
        let start = 0;
        for (const [index, one] of all.entries()) {
          const [high, low, length = 0] = heads.subarray(index * 3, index * 3 + 3);
          expect([high, low]).toEqual([one.high, one.low]);
          const { question, status, contentType, bytes: body } = one;
          expect(isWhole(entryBytes(bytes), start, length)).toBe(true);
          const entry = bytes.subarray(start, start + length);
          const answer = answerIn(entry, question)!;
          expect([answer.status, answer.contentType]).toEqual([status, contentType]);
          expect(Buffer.compare(answer.bytes, body)).toBe(0);
          expect(answerIn(entry, `${question}.`)).toBeUndefined();
          start += length;
        }
        expect(start).toBe(bytes.byteLength);
      }),
      { numRuns: 60 },
    );
  });

  test("does not hold on to what it was given or has given", () => {
    const pack = createAnswerPack();
    const bytes = Buffer.from("first");
    pack.add("q", 1, 2, { status: 200, contentType: undefined, bytes });
    bytes.fill(0);
    const taken = pack.take();
    pack.add("r", 3, 4, { status: 200, contentType: undefined, bytes: Buffer.from("second") });
    expect(Buffer.concat(taken).toString("latin1")).toContain("first");
    expect(Buffer.concat(taken).toString("latin1")).not.toContain("second");
    pack.giveBack(taken);
    expect(Buffer.concat(pack.take()).toString("latin1")).toContain("second");
  });

  test("refuses what is longer than an entry may be, and goes on", () => {
    const pack = createAnswerPack();
    const answer = { status: 200, contentType: undefined, bytes: Buffer.alloc(65_536) };
    expect(pack.add("q".repeat(100_000), 1, 2, answer)).toBe(false);
    expect(pack.take()).toEqual([]);
    expect(pack.add("q", 1, 2, answer)).toBe(true);
  });
});
