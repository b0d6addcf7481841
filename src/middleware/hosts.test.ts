import { describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { createRequest } from "../core/request.ts";
import { createManualClock } from "../transport/manual-clock.ts";
import { createScriptedTransport } from "../transport/scripted.ts";
import { createHosts } from "./hosts.ts";

function world(busy: ReadonlySet<string> = new Set()) {
  const clock = createManualClock();
  const made: string[] = [];
  const kept: string[] = [];
  const hosts = createHosts({
    make(host) {
      made.push(host);
      return {
        middleware: (next) => next,
        isIdle: () => !busy.has(host),
        room: () => 1,
        health: () => "up",
        isAtWork: () => false,
        keep: () => kept.push(host),
      };
    },
    clock,
    forgetAfterMs: 60_000,
  });
  const send = hosts.middleware(createScriptedTransport([{}]).send);
  const ask = (host: string): Promise<unknown> =>
    send(createRequest({ url: `http://${host}/` }), createCall());
  const askMany = async (prefix: string): Promise<void> => {
    for (let index = 0; index < 1_100; index += 1) await ask(`${prefix}${index}.example`);
  };
  return { clock, made, kept, hosts, ask, askMany };
}

test("a host that was never asked has no gates", async () => {
  const { ask, hosts } = world();
  await ask("a.example");
  expect(hosts.gatesOf("http://a.example")?.room()).toBe(1);
  expect(hosts.gatesOf("http://b.example")).toBeUndefined();
});

describe("middleware of each host's own", () => {
  test("is made once per scheme, host and port", async () => {
    const { made, ask } = world();
    await ask("a.example");
    await ask("a.example");
    await ask("a.example:8080");
    expect(made).toEqual(["http://a.example", "http://a.example:8080"]);
  });

  test("of a host that is idle for long among many others is forgotten, of a busy one never", async () => {
    const { clock, made, kept, ask, askMany } = world(new Set(["http://busy.example"]));
    await ask("idle.example");
    await ask("busy.example");
    await clock.advance(60_000);
    await askMany("x");
    await clock.advance(60_000);
    await askMany("y");
    await askMany("z");
    made.length = 0;
    await ask("idle.example");
    await ask("busy.example");
    expect(made).toEqual(["http://idle.example"]);
    expect(kept).toContain("http://idle.example");
    expect(kept).not.toContain("http://busy.example");
  });

  test("of a host that was just asked is kept, whatever else is", async () => {
    const { made, ask, askMany } = world();
    await ask("a.example");
    await askMany("x");
    await askMany("y");
    made.length = 0;
    await ask("a.example");
    expect(made).toEqual([]);
  });
});
