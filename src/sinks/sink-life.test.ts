import { expect, test } from "vitest";

import type { ByteOutput } from "./byte-output.ts";
import type { Mark } from "./sink.ts";
import { SinkLife } from "./sink-life.ts";

const MARK: Mark = { rows: [], standing: undefined, held: [] };

function lifeOf(end: () => Promise<Mark>, bytes = 0) {
  const seen: string[] = [];
  const output = { abandon: async () => void seen.push("abandoned") } as unknown as ByteOutput;
  const life = new SinkLife({
    name: "table",
    output,
    standing: { bytes, checksum: 0, columns: undefined },
    end: async () => {
      seen.push("ended");
      return await end();
    },
  });
  return { life, seen };
}

test("what took no record leaves its output as it was, what took one ends it, once", async () => {
  const untouched = lifeOf(async () => MARK);
  await untouched.life[Symbol.asyncDispose]();
  expect(untouched.seen).toEqual(["abandoned"]);
  expect(() => untouched.life.begin()).toThrow("nothing can be written to a closed table");

  const begun = lifeOf(async () => MARK);
  begun.life.begin();
  expect(await Promise.all([begun.life.close(), begun.life.close()])).toEqual([MARK, MARK]);
  await begun.life[Symbol.asyncDispose]();
  expect(begun.seen).toEqual(["ended"]);

  const standing = lifeOf(async () => MARK, 10);
  await standing.life[Symbol.asyncDispose]();
  expect(standing.seen).toEqual(["ended"]);
});

test("the first failure is everyone's, and is told by disposing only where nobody heard of it", async () => {
  const first = new Error("the disk is full");
  const heard = lifeOf(() => Promise.reject(first));
  heard.life.begin();
  expect(() => heard.life.fail(first)).toThrow(first);
  expect(() => heard.life.fail(new Error("another"))).toThrow(first);
  expect(() => heard.life.begin()).toThrow(first);
  await heard.life[Symbol.asyncDispose]();

  const unheard = lifeOf(() => Promise.reject(first));
  unheard.life.begin();
  await expect(unheard.life[Symbol.asyncDispose]()).rejects.toBe(first);
});
