import type { Call } from "../core/call.ts";
import { type Clock, sleep } from "../core/clock.ts";
import type { Spacing } from "../policy/token-bucket.ts";
import { orAborted } from "./or-aborted.ts";

/**
 * Has a request that its transport sends again by itself (its connection was just closing) keep the
 * host's rates too: the server counts it. Disposing ends that.
 */
export function paceRepeats(
  call: Call,
  { quota, clock }: { readonly quota: Spacing; readonly clock: Clock },
): Disposable {
  const { beforeRepeat } = call;
  call.beforeRepeat = async (request) => {
    await beforeRepeat?.(request);
    for (;;) {
      const nowMs = clock.now();
      const atMs = quota.nextAt(nowMs);
      if (atMs <= nowMs) return quota.take(nowMs);
      await orAborted(sleep(clock, atMs - nowMs, call.signal), request);
      call.heldMs += clock.now() - nowMs;
    }
  };
  return {
    [Symbol.dispose]() {
      call.beforeRepeat = beforeRepeat;
    },
  };
}
