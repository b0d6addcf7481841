import { expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { createRequest } from "../core/request.ts";
import { createQuota } from "../policy/quota.ts";
import { createManualClock } from "../transport/manual-clock.ts";
import { paceRepeats } from "./pace-repeats.ts";

const request = createRequest({ url: "http://a.example/" });

test("a repetition by the transport leaves when the rate allows it, and counts", async () => {
  const clock = createManualClock();
  const quota = createQuota([{ count: 10, perMs: 1_000 }]);
  quota.take(clock.now());
  const call = createCall();
  const asked: string[] = [];
  call.beforeRepeat = async ({ url }) => void asked.push(url);
  const pace = paceRepeats(call, { quota, clock });
  let leftMs = -1;
  const repeated = call.beforeRepeat(request).then(() => {
    leftMs = clock.now();
  });
  await clock.advance(1_000);
  await repeated;
  expect(leftMs).toBeGreaterThanOrEqual(100);
  expect(leftMs).toBeLessThan(110);
  expect(call.heldMs).toBe(leftMs);
  expect(quota.nextAt(leftMs)).toBeGreaterThan(leftMs);
  expect(asked).toEqual([request.url]);
  pace[Symbol.dispose]();
  await call.beforeRepeat(request);
  expect(asked).toHaveLength(2);
});
