import type { LookupAddress } from "node:dns";

import { describe, expect, test } from "vitest";

import { createManualClock } from "../../src/transport/manual-clock.ts";
import { createDnsCache, type Resolve } from "../../src/transport/dns-cache.ts";
import { reply, startRawServer } from "./raw-server.ts";
import { openWire } from "./wire.ts";

const LOOPBACK: LookupAddress[] = [{ address: "127.0.0.1", family: 4 }];

function noted(answer: (name: string) => readonly LookupAddress[] | Error) {
  const asked: string[] = [];
  const resolve: Resolve = (name, callback) => {
    asked.push(name);
    setImmediate(() => {
      const found = answer(name);
      if (found instanceof Error) callback(found, []);
      else callback(null, [...found]);
    });
  };
  return { asked, resolve };
}

const failing = (code: string): Error => Object.assign(new Error(code), { code });

describe("names", () => {
  test("are each resolved once for all who ask at the same time, and remembered", async () => {
    await using server = await startRawServer((socket) => socket.end(reply("")));
    const { asked, resolve } = noted(() => LOOPBACK);
    await using wire = openWire({ resolve });
    const ask = (name: string) => wire.ask(`http://${name}:${server.port}/`);
    await Promise.all(Array.from({ length: 20 }, () => ask("a.test")));
    await ask("a.test");
    await ask("b.test");
    expect(asked).toEqual(["a.test", "b.test"]);
    expect(server.requests[0]).toContain(`host: a.test:${server.port}`);
  });

  test("are resolved anew when they are stale, sooner after a failure", async () => {
    const clock = createManualClock();
    let answer: readonly LookupAddress[] | Error = LOOPBACK;
    const { asked, resolve } = noted(() => answer);
    const lookup = createDnsCache(clock, resolve);
    const look = () =>
      new Promise((done) =>
        lookup("a.test", { all: true }, (error, found) => done(error ?? found)),
      );
    await look();
    await clock.advance(29_999);
    expect(await look()).toEqual(LOOPBACK);
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    answer = failing("EAI_AGAIN");
    expect(await look()).toBe(answer);
    expect(await look()).toBe(answer);
    expect(asked).toHaveLength(2);
    await clock.advance(1_000);
    answer = [{ address: "127.0.0.9", family: 4 }];
    expect(await look()).toEqual(answer);
    expect(asked).toHaveLength(3);
  });

  test.each([
    ["that do not exist", failing("ENOTFOUND")],
    ["whose server does not answer", failing("EAI_AGAIN")],
    ["without any address", [] as LookupAddress[]],
  ])("%s fail all who asked, and no other host", async (_case, answer) => {
    await using server = await startRawServer((socket) => socket.write(reply("")));
    const { asked, resolve } = noted((name) => (name === "gone.test" ? answer : LOOPBACK));
    await using wire = openWire({ resolve });
    const gone = `http://gone.test:${server.port}/`;
    const [one, two, there] = await Promise.all([
      wire.fail(gone),
      wire.fail(gone),
      wire.ask(`http://there.test:${server.port}/`),
    ]);
    for (const failure of [one, two]) {
      expect(failure).toMatchObject({ code: "E_DNS", transient: true, unsent: true });
      expect(failure.message).toBe("no address for gone.test");
    }
    expect(there.status).toBe(200);
    expect(asked.filter((name) => name === "gone.test")).toHaveLength(1);
  });

  test("with a dead and a live address are reached at the live one", async () => {
    await using server = await startRawServer((socket) => socket.write(reply("live")));
    const { resolve } = noted(() => [{ address: "::1", family: 6 }, ...LOOPBACK]);
    await using wire = openWire({ resolve });
    const response = await wire.ask(`http://both.test:${server.port}/`);
    expect([response.text(), response.remoteAddress]).toEqual(["live", "127.0.0.1"]);
  });

  test("with dead addresses only say why", async () => {
    const server = await startRawServer("");
    await server[Symbol.asyncDispose]();
    const { resolve } = noted(() => [{ address: "::1", family: 6 }, ...LOOPBACK]);
    await using wire = openWire({ resolve });
    const failure = await wire.fail(`http://both.test:${server.port}/`);
    expect(failure).toMatchObject({ code: "E_CONNECT", transient: true, unsent: true });
  });
});
