import { describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { createRequest } from "../core/request.ts";
import { createManualClock } from "../transport/manual-clock.ts";
import { createScriptedTransport } from "../transport/scripted.ts";
import { perHost } from "./per-host.ts";

function world(busy: ReadonlySet<string> = new Set()) {
  const clock = createManualClock();
  const made: string[] = [];
  const send = perHost(
    (host) => {
      made.push(host);
      return { middleware: (next) => next, isIdle: () => !busy.has(host) };
    },
    { clock, forgetAfterMs: 60_000 },
  )(createScriptedTransport([{}]).send);
  const ask = (host: string): Promise<unknown> =>
    send(createRequest({ url: `http://${host}/` }), createCall());
  const askMany = async (prefix: string): Promise<void> => {
    for (let index = 0; index < 1_100; index += 1) await ask(`${prefix}${index}.example`);
  };
  return { clock, made, ask, askMany };
}

describe("middleware of each host's own", () => {
  test("is made once per scheme, host and port", async () => {
    const { made, ask } = world();
    await ask("a.example");
    await ask("a.example");
    await ask("a.example:8080");
    expect(made).toEqual(["http://a.example", "http://a.example:8080"]);
  });

  test("of a host that is idle for long among many others is forgotten, of a busy one never", async () => {
    const { clock, made, ask, askMany } = world(new Set(["http://busy.example"]));
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
