import { expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { createRequest } from "../core/request.ts";
import { compose, type Middleware } from "../core/send.ts";
import { createGate, type Gate } from "../policy/gate.ts";
import { createRetryPolicy } from "../policy/retry-policy.ts";
import { createManualClock } from "../transport/manual-clock.ts";
import { createScriptedTransport, type Script } from "../transport/scripted.ts";
import { retry } from "./retry.ts";
import { robots } from "./robots.ts";

const FILE = "User-agent: *\nDisallow: /no\n";

function behind(gate: Gate): Middleware {
  return (next) => async (request, call) => {
    using _place = await gate.acquire(call.signal);
    return await next(request, call);
  };
}

function crawl(
  script: Script,
  around?: (clock: ReturnType<typeof createManualClock>) => Middleware,
) {
  const clock = createManualClock();
  const gate = createGate(1);
  const transport = createScriptedTransport(script);
  const send = compose(
    transport.send,
    robots({ productToken: "fanfetch", clock, around: around?.(clock) }),
    behind(gate),
  );
  const ask = (path: string) =>
    send(createRequest({ url: `http://a.example${path}` }), createCall()).then(
      (response) => response.status,
      (failure: { code: string }) => failure.code,
    );
  return { clock, gate, transport, ask };
}

test("whoever waits for robots.txt holds no place, and who is refused takes none", async () => {
  const { gate, transport, ask } = crawl((request) => {
    expect(gate.inFlight).toBe(1);
    return { body: request.target === "/robots.txt" ? FILE : "page" };
  });
  const asked = ["/1", "/no", "/2", "/no/3"].map(ask);
  expect(await Promise.all(asked)).toEqual([200, "E_ROBOTS", 200, "E_ROBOTS"]);
  expect(transport.asked.map((request) => request.target)).toEqual(["/robots.txt", "/1", "/2"]);
  expect([gate.inFlight, gate.mostAtOnce]).toEqual([0, 1]);
});

test("a moment's trouble with robots.txt is retried where retries are put around it", async () => {
  const { clock, ask } = crawl(
    (request, count) =>
      request.target !== "/robots.txt" ? {} : count < 3 ? { status: 503 } : { body: FILE },
    (its) =>
      retry({
        policy: createRetryPolicy({ retries: 3, maxRetryAfterMs: 1_000, random: () => 0.5 }),
        clock: its,
        emit: undefined,
      }),
  );
  const page = ask("/1");
  await clock.advance(60_000);
  expect(await page).toBe(200);
  expect(await ask("/no")).toBe("E_ROBOTS");
});

test("the wait for robots.txt is told as a wait of the request", async () => {
  const clock = createManualClock();
  const transport = createScriptedTransport([{ body: FILE }]);
  const send = robots({ productToken: "fanfetch", clock })(async (request, call) => {
    if (request.target === "/robots.txt") {
      await new Promise<void>((resolve) => void clock.after(250, resolve));
    }
    return transport.send(request, call);
  });
  const call = createCall();
  const page = send(createRequest({ url: "http://a.example/1" }), call);
  await clock.advance(250);
  await page;
  expect(call.queuedMs).toBe(250);
});
