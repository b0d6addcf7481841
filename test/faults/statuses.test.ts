import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";

import type { Failure } from "../../src/core/failure.ts";
import { all, rowsCsv, rowsOf } from "./aftermath.ts";
import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { type Reaction, urlsTo, virtualWorld } from "../support/virtual.ts";
import { startWorld } from "../support/world.ts";

/** What becomes of one request to a server that answers with these, the last again and again. */
async function one(method: "GET" | "POST", ...answers: readonly Omit<Reaction, "afterMs">[]) {
  await using world = virtualWorld((_request, { count }) => ({
    afterMs: 10,
    ...answers[Math.min(count, answers.length) - 1],
  }));
  let end: unknown;
  const asked = world.session
    .fetch({ url: "http://a.example/", method })
    .then(({ status }) => status)
    .catch((failure: Failure) => `${failure.code} ${failure.response?.status}`)
    .then((what) => (end = what));
  await world.pass(86_400_000, asked);
  return { end, times: world.seen.length, ms: world.clock.now() };
}

const OK = { status: 200 };
const LATER = { "retry-after": "3" };

describe("answers that say later", () => {
  test.each([[503], [502], [504], [408], [425]])(
    "56 a %i is asked again, then answered",
    async (status) => {
      expect(await one("GET", { status }, OK)).toMatchObject({ end: 200, times: 2 });
    },
  );

  test.each([[503], [502], [504], [408], [425]])(
    "56 a %i that stays is a failure with its status, after the last retry",
    async (status) => {
      expect(await one("GET", { status })).toMatchObject({ end: `E_STATUS ${status}`, times: 5 });
    },
  );

  test("56 a 503 with Retry-After is waited for as it asks, and costs no attempt", async () => {
    const answers = Array.from({ length: 10 }, () => ({ status: 503, headers: LATER }));
    const { end, times, ms } = await one("GET", ...answers, OK);
    expect({ end, times }).toEqual({ end: 200, times: 11 });
    expect(ms).toBeGreaterThanOrEqual(30_000);
  });

  test("56 what may have had its effect is asked again only where the server says that it had none", async () => {
    for (const status of [502, 504, 408]) {
      expect(await one("POST", { status }, OK)).toMatchObject({ times: 1 });
    }
    expect(await one("POST", { status: 503 }, OK)).toMatchObject({ times: 1 });
    expect(await one("POST", { status: 503, headers: LATER }, OK)).toMatchObject({ end: 200 });
    expect(await one("POST", { status: 425 }, OK)).toMatchObject({ end: 200, times: 2 });
  });

  test("57 a 500 is asked again where asking twice does no harm, 501 and 505 never", async () => {
    expect(await one("GET", { status: 500 }, OK)).toMatchObject({ end: 200, times: 2 });
    expect(await one("POST", { status: 500 }, OK)).toMatchObject({ end: "E_STATUS 500", times: 1 });
    for (const status of [501, 505]) {
      const expected = { end: `E_STATUS ${status}`, times: 1 };
      expect(await one("GET", { status }, OK)).toMatchObject(expected);
    }
  });
});

test.each([[400], [404], [410], [422]])("58 a %i fails at once", async (status) => {
  const expected = { end: `E_STATUS ${status}`, times: 1 };
  expect(await one("GET", { status }, OK)).toMatchObject(expected);
});

test("58 what a refused row was told is kept with it", async () => {
  await using server = await startWorld();
  await using folder = await temporaryFolder();
  const path = "/status/422/json/7";
  const ended = await fanfetch("get", server.at(path), "-o", "out.jsonl").in(folder);
  expect(ended.exitCode, ended.stderr).toBe(1);
  expect(server.seen.total).toBe(1);
  const [record] = (await folder.read("out.jsonl")).trimEnd().split("\n");
  expect(JSON.parse(record!)).toMatchObject({ status: 422, error: { code: "E_STATUS" } });
  const told = await fanfetch("explain", "1").in(folder);
  expect(told.stdout, told.stderr).toMatch(/it begins: \S/);
});

/** A server that refuses whoever asks, until it is told to let in. */
async function startDoor(status: number) {
  const asked: string[] = [];
  let isOpen = false;
  const server = createServer((request, response) => {
    asked.push(request.url!);
    response.writeHead(isOpen ? 200 : status).end("{}");
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    open: () => void (isOpen = true),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

for (const status of [401, 403]) {
  test(`59 a ${status} for every row stops the run after 20 with exit code 6; let in, it goes on to the end`, async () => {
    await using door = await startDoor(status);
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", rowsCsv(2_000));
    const words = ["map", "rows.csv", `${door.url}/{n}`, "--per-host", "8", "-o", "out.csv"];
    const ended = await fanfetch(...words).in(folder);
    expect(ended.exitCode, ended.stderr).toBe(6);
    expect(ended.stderr).toMatch(
      new RegExp(`20 answers in a row refuse authorisation \\(${status} by 127\\.0\\.0\\.1`),
    );
    // Those that were under way then are let land.
    const refused = door.asked.length;
    expect(refused).toBeGreaterThanOrEqual(20);
    expect(refused).toBeLessThanOrEqual(40);
    door.open();
    const told = /go on with: fanfetch (.*)$/m.exec(ended.stderr)?.[1];
    expect(told, ended.stderr).toMatch(/^resume \S+/);
    const resumed = await fanfetch(...told!.split(" ")).in(folder);
    expect(resumed.exitCode, resumed.stderr).toBe(1);
    expect(resumed.stderr).toContain(`${2_000 - refused} answered + ${refused} failed`);
    const again = await fanfetch("retry").in(folder);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(rowsOf(await folder.read("out.csv"))).toEqual(all(2_000));
    expect(door.asked).toHaveLength(2_000 + refused);
  });
}

test("59 refusals with something else between them stop nothing", async () => {
  await using world = virtualWorld((_request, { count }) => ({
    afterMs: 20,
    status: count % 20 === 0 ? 200 : 403,
  }));
  const outcomes = await world.ask(urlsTo("a.example", 400));
  expect(outcomes).toHaveLength(400);
  expect(world.halt.cause).toBeUndefined();
});

test("59 in a row means answers as they end, over all hosts", async () => {
  await using world = virtualWorld(() => ({ afterMs: 20, status: 401 }), {
    limits: { perHost: 4 },
  });
  const urls = Array.from({ length: 300 }, (_, n) => `http://h${n % 3}.example/${n}`);
  const outcomes = await world.ask(urls);
  expect(world.halt.cause).toMatchObject({ reason: "refused", status: 401, times: 20 });
  expect(outcomes.length).toBeLessThan(300);
  expect(world.seen.length).toBeLessThanOrEqual(40);
});
