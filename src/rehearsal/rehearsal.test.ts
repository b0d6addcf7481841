import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { request as httpRequest } from "node:http";
import { text as textOfStream } from "node:stream/consumers";

import { expect, test } from "vitest";

import { systemClock, type Clock } from "../core/clock.ts";
import { BEHAVIOURS } from "./behaviours.ts";
import { type RehearsalOptions, startRehearsal } from "./rehearsal.ts";

const QUICK = { playersMs: 0, placesMs: 0, pageTokenMs: 0, namesMs: 0, pagesMs: 0, bookMs: 0 };

function rehearse(options: RehearsalOptions = {}) {
  return startRehearsal({ ...options, stories: { ...QUICK, ...options.stories } });
}

/** A clock that the test sets, whose timers run at once and are noted. */
function setClock(): Clock & { nowMs: number; readonly delaysMs: number[] } {
  const delaysMs: number[] = [];
  return {
    nowMs: 0,
    delaysMs,
    now() {
      return this.nowMs;
    },
    wallNow: () => 0,
    after(delayMs, callback) {
      delaysMs.push(delayMs);
      return systemClock.after(0, callback);
    },
  };
}

/** What arrives for a URL, undecoded, even when it is cut. */
function raw(url: string, headers: Record<string, string> = {}) {
  return new Promise<{
    status: number;
    headers: Record<string, unknown>;
    body: Buffer;
    whole: boolean;
  }>((resolve, reject) => {
    const sent = httpRequest(url, { headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      const done = (): void =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(chunks),
          whole: response.complete,
        });
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", () => {});
      response.on("close", done);
    });
    sent.on("error", reject);
    sent.end();
  });
}

test("every example of the table is answered as its row says", async () => {
  await using server = await rehearse({ clock: setClock() });
  const refused: string[] = [];
  for (const { name, example } of BEHAVIOURS.values()) {
    if (name === "hang" || name === "reset" || name === "stats") continue;
    const { status } = await raw(server.url + example);
    if (status >= 500 !== (name === "status" || name === "slow"))
      refused.push(`${example} ${status}`);
    expect(status, example).not.toBe(404);
  }
  expect(refused).toEqual([]);
  const index = await (await fetch(server.url)).text();
  for (const name of BEHAVIOURS.keys()) expect(index).toContain(`<code>/${name}`);
});

test("then goes on to the next answer, for each URL and client apart", async () => {
  await using server = await rehearse();
  const status = async (path: string, client = "") =>
    (await raw(server.url + path, { "x-rehearsal-client": client })).status;
  const path = "/status/503/then/429/then/200";
  expect([await status(path), await status(path), await status(path), await status(path)]).toEqual([
    503, 429, 200, 200,
  ]);
  expect(await status(`${path}?row=2`)).toBe(503);
  expect(await status(path, "another")).toBe(503);
});

test("what decides about arrivals holds for every answer, or for its own in a later part", async () => {
  const clock = setClock();
  await using server = await rehearse({ clock });
  for (let time = 0; time < 3; time += 1) {
    await raw(`${server.url}/slow/200ms/status/503/then/slow/7ms/200`);
  }
  expect(clock.delaysMs).toEqual([200, 200, 7, 200, 7]);
});

test("what changes an answer is that answer's alone", async () => {
  await using server = await rehearse();
  const url = `${server.url}/header/x-a/b/cut-at/3/json/12345/then/json/12345`;
  expect(await raw(url)).toMatchObject({ whole: false, headers: { "x-a": "b" } });
  const again = await raw(url);
  expect(again).toMatchObject({ whole: true, status: 200 });
  expect(again.headers["x-a"]).toBe(undefined);
});

test("a spread of latencies is the same for a URL every time", async () => {
  const clock = setClock();
  await using server = await rehearse({ clock });
  for (const row of ["1", "1", "2"]) await raw(`${server.url}/slow/100ms-300ms/json/${row}`);
  const [first, again, other] = clock.delaysMs as [number, number, number];
  expect(again).toBe(first);
  expect(other).not.toBe(first);
  for (const delayMs of clock.delaysMs) {
    expect(delayMs).toBeGreaterThanOrEqual(100);
    expect(delayMs).toBeLessThanOrEqual(300);
  }
});

test("a limit counts all that follows it, refuses the rest and says until when", async () => {
  const clock = setClock();
  await using server = await rehearse({ clock });
  const ask = (row: number) => raw(`${server.url}/limit/2-per-s/json/${row}`);
  clock.nowMs = 100;
  expect((await ask(1)).headers["x-ratelimit-remaining"]).toBe("1");
  expect((await ask(2)).status).toBe(200);
  const refused = await ask(3);
  expect(refused.status).toBe(429);
  expect(refused.headers["retry-after"]).toBe("1");
  clock.nowMs = 1099;
  expect((await ask(4)).status).toBe(429);
  clock.nowMs = 1100;
  expect((await ask(5)).status).toBe(200);
});

test("at-once refuses what is too much at one time and takes it again later", async () => {
  await using server = await rehearse();
  const leaving = new AbortController();
  const held = ["a", "b"].map((row) =>
    fetch(`${server.url}/at-once/2/hang?${row}`, leaving).catch(() => "left"),
  );
  await server.seen.reached(2);
  expect((await raw(`${server.url}/at-once/2/json/c`)).status).toBe(503);
  expect(server.seen.mostAtOnce()).toBe(3);
  leaving.abort();
  expect(await Promise.all(held)).toEqual(["left", "left"]);
  // Until the server has noticed; the test's time limit ends it otherwise.
  while ((await raw(`${server.url}/at-once/2/json/d`)).status !== 200);
});

test("together lets nobody on before enough are there, one who left not counted", async () => {
  await using server = await rehearse();
  const leaving = new AbortController();
  const left = fetch(`${server.url}/together/2/json/0`, leaving).catch(() => "left");
  await server.seen.reached(1);
  leaving.abort();
  expect(await left).toBe("left");
  // Until the server has noticed; the test's time limit ends it otherwise.
  while (server.seen.inFlight > 0) await raw(`${server.url}/json/1`);
  const first = raw(`${server.url}/together/2/json/1`);
  await server.seen.reached(server.seen.total + 1);
  expect(server.seen.inFlight).toBe(1);
  const second = raw(`${server.url}/together/2/json/2`);
  expect((await Promise.all([first, second])).map(({ body }) => String(body))).toEqual(["1", "2"]);
});

test("a cut body has the promised length and only its first bytes", async () => {
  await using server = await rehearse();
  const large = await raw(`${server.url}/cut-at/100kB/bytes/1MB`);
  expect(large).toMatchObject({ status: 200, whole: false });
  expect(large.body.length).toBe(100_000);
  expect(large.headers["content-length"]).toBe("1000000");
  const small = await raw(`${server.url}/cut-at/100/json/1`);
  expect(small).toMatchObject({ status: 200, whole: false });
  expect(small.body.length).toBe(100);
  const nothing = await raw(`${server.url}/cut-at/0/bytes/5`);
  expect(nothing).toMatchObject({ status: 200, whole: false });
});

test("a reset is a reset, and what follows it answers", async () => {
  await using server = await rehearse();
  await expect(raw(`${server.url}/reset/then/200`)).rejects.toMatchObject({ code: "ECONNRESET" });
  expect((await raw(`${server.url}/reset/then/200`)).status).toBe(200);
});

test("redirects go on to what follows them, through what precedes them", async () => {
  await using server = await rehearse();
  const answer = await fetch(`${server.url}/header/x-a/b/redirect/2/echo?q=1`);
  expect(answer.url).toBe(`${server.url}/header/x-a/b/echo?q=1`);
  expect(answer.headers.get("x-a")).toBe("b");
  expect(server.seen.total).toBe(3);
  const { status, headers } = await raw(`${server.url}/redirect-to?url=%0d%0aX:%20y&status=307`);
  expect(status).toBe(307);
  expect(headers["location"]).toBe("%0D%0AX:%20y");
});

test("bodies come in the coding that the path names", async () => {
  await using server = await rehearse();
  const plain = (await raw(`${server.url}/bytes/100kB`)).body;
  expect(plain.length).toBe(100_000);
  expect(gunzipSync((await raw(`${server.url}/gzip/bytes/100kB`)).body).equals(plain)).toBe(true);
  expect(zstdDecompressSync((await raw(`${server.url}/zstd/bytes/100kB`)).body).equals(plain)).toBe(
    true,
  );
  expect(brotliDecompressSync((await raw(`${server.url}/br/bytes/100kB`)).body).equals(plain)).toBe(
    true,
  );
  const bomb = await raw(`${server.url}/bomb/5MB`);
  expect(bomb.body.length).toBeLessThan(10_000);
  expect(gunzipSync(bomb.body).length).toBe(5_000_000);
});

test("a large body and a dripped one arrive whole", async () => {
  const clock = setClock();
  await using server = await rehearse({ clock });
  const large = await raw(`${server.url}/bytes/3MB`);
  expect(large).toMatchObject({ whole: true });
  expect(large.body.length).toBe(3_000_000);
  const dripped = await raw(`${server.url}/drip/4/50ms/json/1234567890`);
  expect(dripped.body.toString()).toBe("1234567890");
  expect(clock.delaysMs).toEqual([50, 50]);
});

test("an echo tells the request as it arrived", async () => {
  await using server = await rehearse();
  const answer = await fetch(`${server.url}/echo?a=1&a=2`, {
    method: "POST",
    headers: { "x-a": "é" },
    body: "höflich",
  });
  expect(await answer.json()).toMatchObject({
    method: "POST",
    path: "/echo",
    query: [
      ["a", "1"],
      ["a", "2"],
    ],
    body: "höflich",
  });
  expect(server.seen.requests()[0]).toMatchObject({ method: "POST", body: "höflich" });
});

test("a word that is no behaviour is named, with the nearest that is", async () => {
  await using server = await rehearse();
  const { status, body } = await raw(`${server.url}/slwo/200ms`);
  expect(status).toBe(404);
  expect(JSON.parse(body.toString())).toMatchObject({
    error: 'there is no behaviour "slwo"; did you mean "slow"?',
  });
  for (const path of ["/slow", "/slow/much", "/limit/5", "/%ff", "/status/7", "/then/200"]) {
    expect((await raw(server.url + path)).status, path).toBe(404);
  }
});

test("closing ends what hangs and what is slow", async () => {
  const server = await rehearse();
  const ends = ["/hang", "/slow/1h"].map((path) =>
    raw(server.url + path).catch(({ code }) => code),
  );
  await server.seen.reached(2);
  await server.close();
  await server.close();
  expect(await Promise.all(ends)).toEqual(["ECONNRESET", "ECONNRESET"]);
});

test("a client that goes away leaves no timer and no place taken", async () => {
  await using server = await rehearse();
  const sent = httpRequest(`${server.url}/at-once/1/slow/1h`, { agent: false });
  sent.on("error", () => {});
  sent.end();
  await server.seen.reached(1);
  sent.destroy();
  // Answered only once the first has made room: the loop ends by the test's time limit otherwise.
  while ((await raw(`${server.url}/at-once/1/json/1`)).status !== 200);
  expect(server.seen.inFlight).toBe(0);
});

test("what is read as text is what was sent", async () => {
  await using server = await rehearse();
  const stream = await new Promise<NodeJS.ReadableStream>((resolve) => {
    httpRequest(`${server.url}/html/%3Cb%3Eh%C3%A9%3C%2Fb%3E`, { agent: false }, resolve).end();
  });
  expect(await textOfStream(stream)).toBe("<b>hé</b>");
});
