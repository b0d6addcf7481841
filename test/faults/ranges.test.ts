import fc from "fast-check";
import { expect, test } from "vitest";

import { createCall } from "../../src/core/call.ts";
import { type HeaderList, headerValue } from "../../src/core/headers.ts";
import { createRequest } from "../../src/core/request.ts";
import type { HttpResponse } from "../../src/core/response.ts";
import { decideResume } from "../../src/protocol/resume-decision.ts";
import {
  OVERLAP_BYTES,
  partialFile,
  type PartialFile,
  resumeRequest,
} from "../../src/protocol/resume-request.ts";
import { createScriptedTransport, type ScriptedAnswer } from "../../src/transport/scripted.ts";

/** A version of a file: its bytes differ from those of any other version, nearly everywhere. */
function versionOf(version: number, bytes: number): Buffer {
  const byteAt = (at: number): number => (at * 31 + (at >> 8) * 7 + version * 101) & 255;
  return Buffer.from(Uint8Array.from({ length: bytes }, (_, at) => byteAt(at)));
}

/** What a server does with a request for `bytes=first-`. */
type Server = (
  file: Buffer,
  first: number | undefined,
  ifRange: string | undefined,
) => ScriptedAnswer;

const tagOf = (file: Buffer): string => `"${file[0]}-${file.length}"`;

function whole(file: Buffer): ScriptedAnswer {
  return { status: 200, headers: { etag: tagOf(file) }, body: file };
}

function part(file: Buffer, first: number, last = file.length - 1): ScriptedAnswer {
  const headers = { etag: tagOf(file), "content-range": `bytes ${first}-${last}/${file.length}` };
  return { status: 206, headers, body: file.subarray(first, last + 1) };
}

function unsatisfied(file: Buffer): ScriptedAnswer {
  return { status: 416, headers: { "content-range": `bytes */${file.length}` } };
}

const honest: Server = (file, first, ifRange) => {
  if (first === undefined || ifRange !== tagOf(file)) return whole(file);
  return first >= file.length ? unsatisfied(file) : part(file, first);
};

/** Goes on with `begun` as the decisions say, and tells the file that there is then, and the requests. */
async function goOn(
  begun: Buffer,
  partial: Omit<PartialFile, "bytes">,
  file: Buffer,
  server: Server,
) {
  const transport = createScriptedTransport((request) => {
    const range = headerValue(request.headers, "range");
    const first = range === undefined ? undefined : Number(/^bytes=(\d+)-$/.exec(range)![1]);
    return server(file, first, headerValue(request.headers, "if-range"));
  });
  const ask = (headers: HeaderList): Promise<HttpResponse> =>
    transport.send(createRequest({ url: "http://a.example/book.pdf", headers }), createCall());
  let known: PartialFile = { ...partial, bytes: begun.length };
  let there = begun;
  for (let round = 0; round < 10; round += 1) {
    const resume = resumeRequest(known);
    const response = await ask(resume?.headers ?? []);
    const body = response.body as Uint8Array;
    const decision =
      resume === undefined
        ? ({ action: "replace" } as const)
        : decideResume(known, resume.first, response);
    if (decision.action === "fail") throw new Error(`status ${response.status}`);
    if (decision.action === "done") break;
    const isSame =
      decision.action === "continue" &&
      there.subarray(decision.first).equals(body.subarray(0, decision.overlapBytes));
    if (isSame) there = Buffer.concat([there.subarray(0, decision.first), body]);
    if (isSame && there.length === decision.total) break;
    if (decision.action === "replace") {
      there = Buffer.from(body);
      break;
    }
    if (!isSame) there = Buffer.alloc(0);
    const seen = partialFile(there.length, { headers: response.headers, nowMs: 0 });
    known = { ...seen, total: isSame ? decision.total : undefined };
  }
  return { there, requests: transport.asked.length };
}

const OLD = versionOf(1, 9_000);
const NEW = versionOf(2, 9_000);
const BEGUN = OLD.subarray(0, 4_000);
const NAMED = { validator: tagOf(OLD), total: OLD.length };

test("71: a file that changed between ranges is begun anew, by If-Range or by its tag, never spliced", async () => {
  expect(await goOn(BEGUN, NAMED, NEW, honest)).toEqual({ there: NEW, requests: 1 });
  const ignoresIfRange: Server = (file, first) =>
    first === undefined ? whole(file) : part(file, first);
  expect(await goOn(BEGUN, NAMED, NEW, ignoresIfRange)).toEqual({ there: NEW, requests: 2 });
  expect(await goOn(BEGUN, NAMED, OLD, honest)).toEqual({ there: OLD, requests: 1 });
});

test("71: a server without tags that changed the file is found out by the bytes asked for twice", async () => {
  const sayNothing: Server = (file, first) => {
    const answer = first === undefined ? whole(file) : part(file, first);
    const range = (answer as { headers: Record<string, string> }).headers["content-range"];
    return { ...answer, headers: range === undefined ? {} : { "content-range": range } };
  };
  expect(await goOn(BEGUN, NAMED, NEW, sayNothing)).toEqual({ there: NEW, requests: 2 });
});

test("72: another range, no range, a 200 and a 416 end in the whole file", async () => {
  const otherRange: Server = (file, first) =>
    first === undefined ? whole(file) : part(file, first + 1);
  expect(await goOn(BEGUN, NAMED, OLD, otherRange)).toEqual({ there: OLD, requests: 2 });
  const fromTheStart: Server = (file, first) => (first === undefined ? whole(file) : part(file, 0));
  expect(await goOn(BEGUN, NAMED, OLD, fromTheStart)).toEqual({ there: OLD, requests: 2 });
  const noRanges: Server = (file) => whole(file);
  expect(await goOn(BEGUN, NAMED, OLD, noRanges)).toEqual({ there: OLD, requests: 1 });
  const refuses: Server = (file, first) => (first === undefined ? whole(file) : unsatisfied(file));
  expect(await goOn(BEGUN, NAMED, OLD, refuses)).toEqual({ there: OLD, requests: 2 });
  // All there is already: nothing is taken.
  expect(await goOn(OLD, NAMED, OLD, refuses)).toEqual({ there: OLD, requests: 1 });
  // The file became shorter than what is there.
  const short = versionOf(1, 1_000);
  expect(await goOn(BEGUN, NAMED, short, refuses)).toEqual({ there: short, requests: 2 });
});

test("72: a server that gives a little at a time is asked until the file is whole", async () => {
  const little: Server = (file, first) =>
    first === undefined ? whole(file) : part(file, first, Math.min(first + 2_999, file.length - 1));
  const ended = await goOn(BEGUN, NAMED, OLD, little);
  expect(ended.there).toEqual(OLD);
  expect(ended.requests).toBe(3);
});

test("73: a server that says it knows ranges and sends other bytes is found out, and asked for the whole", async () => {
  const lies: Server = (file, first) => {
    if (first === undefined) return whole(file);
    const answer = part(file, first) as { headers: Record<string, string>; body: Buffer };
    // The range of the head is right; the body begins at the file's beginning.
    const headers = { ...answer.headers, "accept-ranges": "bytes" };
    return { status: 206, headers, body: file.subarray(0, file.length - first) };
  };
  expect(await goOn(BEGUN, NAMED, OLD, lies)).toEqual({ there: OLD, requests: 2 });
});

test("73: whatever the servers do, the file that comes of it is one of the versions they have", async () => {
  const behaviours = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(behaviours, fc.integer({ min: 1, max: 8_999 }), async (kinds, cut) => {
      let turn = 0;
      const mixed: Server = (_file, first, ifRange) => {
        const kind = kinds[turn++ % kinds.length]!;
        const file = kind % 2 === 0 ? OLD : NEW;
        if (first === undefined || kind === 6) return whole(file);
        if (kind < 2) return honest(file, first, ifRange);
        if (kind === 2) return part(file, Math.min(first + 1, file.length - 1));
        if (kind === 3) return unsatisfied(file);
        return part(file, first, Math.min(file.length - 1, first + OVERLAP_BYTES + 500));
      };
      const { there } = await goOn(OLD.subarray(0, cut), NAMED, OLD, mixed);
      const isPrefix = [OLD, NEW].some((file) => file.subarray(0, there.length).equals(there));
      expect(isPrefix).toBe(true);
    }),
    { seed: 73, numRuns: 300 },
  );
});
