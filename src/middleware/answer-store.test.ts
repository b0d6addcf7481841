import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { AnswerStore } from "./answer-store.ts";
import { QuestionHash } from "./question-hash.ts";

function hashOf(text: string, seed: number): number {
  const hash = new QuestionHash([0, seed]);
  hash.take(text);
  return hash.low;
}

describe("an answer store", () => {
  test("gives back what a map would, however many there are and whatever they hash to", () => {
    const question = fc.string({ unit: "grapheme-ascii", maxLength: 40 });
    const answer = fc.record({
      status: fc.integer({ min: 100, max: 999 }),
      contentType: fc.option(fc.constantFrom("text/html", "application/json"), { nil: undefined }),
      bytes: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(
        fc.dictionary(question, answer, { maxKeys: 60 }),
        // Few hashes, so that many questions meet in the table.
        fc.integer({ min: 0, max: 3 }),
        (answers, spread) => {
          const store = new AnswerStore<object>();
          const hash = (text: string): number =>
            spread === 0 ? hashOf(text, 1) : text.length % spread;
          for (const [text, one] of Object.entries(answers)) {
            expect(store.find(text, hash(text))).toBe(-1);
            const entry = store.add(text, hash(text), {});
            expect(store.answer(entry)).toBeUndefined();
            expect(store.pack(entry, one)).toBe(true);
          }
          for (const [text, one] of Object.entries(answers)) {
            const found = store.answer(store.find(text, hash(text)))!;
            expect({ ...found, bytes: [...found.bytes] }).toEqual({
              ...one,
              bytes: [...one.bytes],
            });
          }
          expect(store.size).toBe(Object.keys(answers).length);
        },
      ),
    );
  });

  test("grows past its first tables and blocks", () => {
    const store = new AnswerStore<object>();
    for (let index = 0; index < 5_000; index += 1) {
      const text = `http://a.example/?name=${index}`;
      const bytes = Buffer.from(`answer ${index} ${"x".repeat(50)}`);
      store.pack(store.add(text, hashOf(text, 7), {}), { status: 200, contentType: "a/b", bytes });
    }
    const text = "http://a.example/?name=4321";
    expect(Buffer.from(store.answer(store.find(text, hashOf(text, 7)))!.bytes).toString()).toMatch(
      /^answer 4321 /,
    );
    expect(
      store.find("http://a.example/?name=5000", hashOf("http://a.example/?name=5000", 7)),
    ).toBe(-1);
  });

  test.each([0, 1, 65_500, 65_535, 65_536, 65_537, 200_000])(
    "holds bodies of %i bytes among others, also in the memory of what was cleared",
    (size) => {
      const store = new AnswerStore<object>();
      for (const round of [1, 2, 3]) {
        store.clear();
        for (let index = 0; index < 40; index += 1) {
          const length = index % 3 === 0 ? size : index * 100;
          const bytes = Buffer.alloc(length, round * 40 + index);
          const entry = store.add(`q${index}`, index, {});
          store.pack(entry, { status: 200, contentType: undefined, bytes });
        }
        for (let index = 0; index < 40; index += 1) {
          const length = index % 3 === 0 ? size : index * 100;
          const { bytes } = store.answer(store.find(`q${index}`, index))!;
          expect(Buffer.alloc(length, round * 40 + index).equals(bytes)).toBe(true);
        }
      }
    },
  );

  test("is empty once it is cleared", () => {
    const store = new AnswerStore<object>();
    const answer = { status: 200, contentType: undefined, bytes: Buffer.from("x") };
    store.pack(store.add("q", 5, {}), answer);
    store.clear();
    expect([store.find("q", 5), store.size, store.bytes]).toEqual([-1, 0, 0]);
    expect(store.answer(store.add("q", 5, {}))).toBeUndefined();
  });

  test("lists what is not packed, and refuses a content type too many", () => {
    const store = new AnswerStore<{ readonly name: string }>();
    for (let index = 0; index < 255; index += 1) {
      const entry = store.add(`q${index}`, index, { name: `${index}` });
      expect(
        store.pack(entry, { status: 200, contentType: `a/${index}`, bytes: Buffer.of() }),
      ).toBe(true);
    }
    const one = store.add("one more", 9, { name: "one more" });
    expect(store.pack(one, { status: 200, contentType: "a/new", bytes: Buffer.of() })).toBe(false);
    expect([...store.objects()].map(({ question }) => question)).toEqual(["one more"]);
    store.forget(one);
    expect(store.object(one)).toBeUndefined();
    expect([...store.objects()]).toEqual([]);
  });
});
