import { UsageError } from "../core/usage-error.ts";
import { parseCount, parseDuration, parseRate, parseSize } from "../formats/quantity.ts";
import type { Behaviour } from "./behaviour.ts";
import type { Coding } from "./body.ts";
import { limitModelOf } from "./limit-model.ts";
import { latencyOf, parseLatency } from "./latency.ts";
import { limited } from "./limited.ts";

/** Behaviours that change how the rest of the path answers. */
export const CONDITIONS: readonly Behaviour[] = [
  {
    name: "slow",
    parameters: ["DURATION"],
    doc: "waits before it goes on; 100ms-300ms waits between the two, always the same for one URL",
    example: "/slow/200ms/status/503/then/200",
    kind: "arrival",
    prepare([text = ""]) {
      const latency = parseLatency(text);
      return async (exchange) =>
        (await exchange.wait(latencyOf(latency, exchange))) === "waited" ? "on" : "gone";
    },
  },
  {
    name: "limit",
    parameters: ["N-per-TIME"],
    doc: "takes so many requests in any such time (s, m, 500ms); refuses others with 429, Retry-After and RateLimit fields",
    example: "/limit/5-per-s/json/1",
    kind: "arrival",
    prepare([text = ""], { upTo }) {
      const { count, perMs } = parseRate(text.replace("-per-", "/"));
      const policy = `"rehearsal";q=${count};w=${Math.ceil(perMs / 1000)}`;
      return (exchange) => {
        const nowMs = exchange.stage.clock.now();
        const taken = exchange.counter<number[]>(upTo, () => []);
        while (taken.length > 0 && taken[0]! <= nowMs - perMs) taken.shift();
        const refused = taken.length >= count;
        if (!refused) taken.push(nowMs);
        const left = count - taken.length;
        const resetS = Math.max(1, Math.ceil((taken[0]! + perMs - nowMs) / 1000));
        exchange.headers.push("ratelimit-policy", policy);
        exchange.headers.push("ratelimit", `"rehearsal";r=${left};t=${resetS}`);
        exchange.headers.push("x-ratelimit-limit", String(count));
        exchange.headers.push("x-ratelimit-remaining", String(left));
        if (!refused) return "on";
        exchange.headers.push("retry-after", String(resetS));
        exchange.json({ error: `more than ${text}` }, 429);
        return "answered";
      };
    },
  },
  {
    name: "model",
    parameters: ["SPEC"],
    doc: "limits all that follows it as SPEC says, with -per- for its slashes (docs/rehearse.md)",
    example: "/model/bucket:20-per-s,burst=200,retry-after/answer/1",
    kind: "arrival",
    prepare([text = ""], { upTo }) {
      const spec = text.replaceAll("-per-", "/");
      // Once now, so that a wrong one is told before it is played.
      limitModelOf(spec);
      return limited((exchange) => exchange.counter(upTo, () => limitModelOf(spec)));
    },
  },
  {
    name: "at-once",
    parameters: ["N"],
    doc: "answers so many requests at one time; refuses others with 503",
    example: "/at-once/4/slow/100ms",
    kind: "arrival",
    prepare([text = ""], { upTo }) {
      const most = parseCount(text);
      return (exchange) => {
        const inside = exchange.counter(upTo, () => ({ count: 0 }));
        if (inside.count >= most) {
          exchange.json({ error: `more than ${most} at once` }, 503);
          return "answered";
        }
        inside.count += 1;
        exchange.endings.push(() => (inside.count -= 1));
        return "on";
      };
    },
  },
  {
    name: "together",
    parameters: ["N"],
    doc: "waits until so many requests are there, then lets them all go on",
    example: "/together/1/json/1",
    kind: "arrival",
    prepare([text = ""], { upTo }) {
      const enough = parseCount(text);
      return (exchange) => {
        const waiting = exchange.counter(upTo, () => new Set<() => void>());
        return new Promise((resolve) => {
          const goOn = (): void => resolve("on");
          waiting.add(goOn);
          exchange.endings.push(() => waiting.delete(goOn));
          if (waiting.size < enough) return;
          for (const one of waiting) one();
          waiting.clear();
        });
      };
    },
  },
  {
    name: "cut-at",
    parameters: ["SIZE"],
    doc: "promises the whole body and closes the connection after so many bytes of it",
    example: "/cut-at/10kB/bytes/1MB",
    kind: "delivery",
    prepare([text = ""]) {
      const bytes = parseSize(text);
      return (exchange) => {
        exchange.cutAtBytes = bytes;
        return "on";
      };
    },
  },
  {
    name: "drip",
    parameters: ["SIZE", "DURATION"],
    doc: "sends the body in pieces of this size, one every so often",
    example: "/drip/1kB/50ms/bytes/10kB",
    kind: "delivery",
    prepare([size = "", every = ""]) {
      const delivery = { pieceBytes: Math.max(1, parseSize(size)), everyMs: parseDuration(every) };
      return (exchange) => {
        exchange.delivery = delivery;
        return "on";
      };
    },
  },
  {
    name: "header",
    parameters: ["NAME", "VALUE"],
    doc: "adds a field to the answer",
    example: "/header/etag/%221%22/json/1",
    kind: "delivery",
    prepare([name = "", value = ""]) {
      if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
        throw new UsageError(`"${name}: ${value}" is no header field`);
      }
      return (exchange) => {
        exchange.headers.push(name, value);
        return "on";
      };
    },
  },
  coded("gzip"),
  coded("br"),
  coded("zstd"),
];

function coded(coding: Coding): Behaviour {
  return {
    name: coding,
    parameters: [],
    doc: `sends the body in the content coding ${coding}, whatever the client accepts`,
    example: `/${coding}/bytes/100kB`,
    kind: "delivery",
    prepare: () => (exchange) => {
      exchange.coding = coding;
      return "on";
    },
  };
}
