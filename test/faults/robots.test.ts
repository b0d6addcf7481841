import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { createCall } from "../../src/core/call.ts";
import { Failure } from "../../src/core/failure.ts";
import { outcomeOfError } from "../../src/core/outcome.ts";
import { createRequest } from "../../src/core/request.ts";
import { HttpResponse } from "../../src/core/response.ts";
import { robots, type RobotsOptions } from "../../src/middleware/robots.ts";
import { ROBOTS_BYTES } from "../../src/protocol/robots-txt.ts";
import { createManualClock } from "../../src/transport/manual-clock.ts";
import {
  createScriptedTransport,
  type Script,
  type ScriptedAnswer,
} from "../../src/transport/scripted.ts";
import { temporaryFolder } from "../support/temp.ts";

/** A site whose robots.txt is answered by a script and whose pages are all there. */
function siteOf(answer: ScriptedAnswer | Script, options: Partial<RobotsOptions> = {}) {
  const clock = createManualClock();
  let count = 0;
  const transport = createScriptedTransport((request) => {
    if (!request.target.startsWith("/robots")) return { body: "page" };
    count += 1;
    return typeof answer === "function" ? answer(request, count) : answer;
  });
  const send = robots({ productToken: "fanfetch", clock, ...options })(transport.send);
  const ask = async (url: string, signal?: AbortSignal): Promise<string> => {
    const request = createRequest({ url: new URL(url, "http://a.example/") });
    const call = createCall(signal);
    try {
      await send(request, call);
      return "answered";
    } catch (error) {
      const outcome = outcomeOfError(request, call, error);
      return `${outcome.kind} ${(error as Failure).code}`;
    }
  };
  const asked = (): string[] => transport.asked.map((request) => request.url);
  return { clock, ask, asked, transport };
}

const RULES = "User-agent: fanfetch\nDisallow: /private\n\nUser-agent: *\nDisallow: /\n";

test("77: what robots.txt forbids is skipped and never asked; it is asked for once by many at a time", async () => {
  const { ask, asked } = siteOf({ body: RULES });
  const paths = ["/1", "/private/1", "/2", "/private", "/robots.txt"];
  expect(await Promise.all(paths.map((path) => ask(path)))).toEqual([
    "answered",
    "skipped E_ROBOTS",
    "answered",
    "skipped E_ROBOTS",
    "answered",
  ]);
  expect(await ask("/private/2")).toBe("skipped E_ROBOTS");
  expect(asked().filter((url) => url.endsWith("/robots.txt"))).toHaveLength(2);
  expect(asked().filter((url) => url.includes("private"))).toEqual([]);
});

test.each([400, 401, 403, 404, 410, 429, 451])(
  "77: a robots.txt that answers %i allows everything",
  async (status) => {
    const { ask } = siteOf({ status, body: "User-agent: *\nDisallow: /" });
    expect(await ask("/private")).toBe("answered");
  },
);

test.each([
  ["500", { status: 500, body: RULES }],
  ["503", { status: 503 }],
  ["no connection", { fails: "E_CONNECT" }],
  ["no name", { fails: "E_DNS" }],
  ["a timeout", { fails: "E_TIMEOUT" }],
  ["a cut body", { fails: "E_TRUNCATED" }],
  ["an endless body", { fails: "E_TOO_LARGE" }],
  ["a forbidden address", { fails: "E_POLICY" }],
] as const)(
  "77: with %s for robots.txt nothing is asked, and it is tried again after minutes",
  async (_case, answer) => {
    const { ask, asked, clock } = siteOf((_request, count) =>
      count === 1 ? answer : { body: RULES },
    );
    expect(await ask("/1")).toBe("skipped E_ROBOTS");
    await clock.advance(299_999);
    expect(await ask("/1")).toBe("skipped E_ROBOTS");
    expect(asked()).toHaveLength(1);
    await clock.advance(1);
    expect(await ask("/1")).toBe("answered");
  },
);

test("77: an older copy holds while the file cannot be had", async () => {
  const { ask, asked, clock } = siteOf((_request, count) =>
    count === 1 ? { body: RULES } : { status: 503 },
  );
  expect(await ask("/1")).toBe("answered");
  await clock.advance(86_400_000);
  expect(await ask("/1")).toBe("answered");
  expect(await ask("/private")).toBe("skipped E_ROBOTS");
  expect(asked().filter((url) => url.endsWith("/robots.txt"))).toHaveLength(2);
});

test("77: a copy holds for 24 hours and not longer", async () => {
  const { ask, asked, clock } = siteOf((_request, count) => ({
    body: count === 1 ? RULES : "User-agent: *\nAllow: /",
  }));
  expect(await ask("/private")).toBe("skipped E_ROBOTS");
  await clock.advance(86_399_999);
  expect(await ask("/private")).toBe("skipped E_ROBOTS");
  await clock.advance(1);
  expect(await ask("/private")).toBe("answered");
  expect(asked().filter((url) => url.endsWith("/robots.txt"))).toHaveLength(2);
});

test("77: of a file of more than 500 KiB the first 500 KiB count, in memory or in a file", async () => {
  const head = "User-agent: *\nDisallow: /early\n";
  const body = `${head}${"#".repeat(ROBOTS_BYTES - head.length - 1)}\nDisallow: /late\n`;
  const { ask } = siteOf({ body });
  expect(await ask("/early")).toBe("skipped E_ROBOTS");
  expect(await ask("/late")).toBe("answered");

  await using folder = await temporaryFolder();
  const path = join(folder.path, "body.part");
  await writeFile(path, body);
  const clock = createManualClock();
  const transport = createScriptedTransport([{}]);
  const send = robots({ productToken: "fanfetch", clock })(async (request, call) => {
    const response = await transport.send(request, call);
    if (request.target !== "/robots.txt") return response;
    const { url, status, headers, wireBytes, timing, protocol } = response;
    const inFile = { path, bytes: body.length };
    return new HttpResponse({ url, status, headers, body: inFile, wireBytes, timing, protocol });
  });
  const early = send(createRequest({ url: "http://a.example/early" }), createCall());
  await expect(early).rejects.toMatchObject({ code: "E_ROBOTS" });
  const late = await send(createRequest({ url: "http://a.example/late" }), createCall());
  expect(late.status).toBe(200);
  await expect(folder.read("body.part")).rejects.toMatchObject({ code: "ENOENT" });
});

test("77: five redirects are followed, to another host too; after a sixth there is no file", async () => {
  const redirects =
    (most: number): Script =>
    (_request, count) =>
      count <= most
        ? { status: 301, headers: { location: `http://b.example/robots-${count}` } }
        : { body: RULES };
  const five = siteOf(redirects(5));
  expect(await five.ask("/private")).toBe("skipped E_ROBOTS");
  expect(await five.ask("/1")).toBe("answered");
  expect(five.asked().filter((url) => url.includes("/robots"))).toHaveLength(6);
  const six = siteOf(redirects(6));
  expect(await six.ask("/private")).toBe("answered");
  expect(six.asked().filter((url) => url.includes("/robots"))).toHaveLength(6);
});

test("77: each origin has its own file, and what is read is told", async () => {
  const told: string[] = [];
  const { ask } = siteOf(
    (request) =>
      request.origin === "http://a.example"
        ? { body: "User-agent: *\nCrawl-delay: 2\nDisallow: /\nSitemap: /s.xml" }
        : { status: 404 },
    {
      onRead: (origin, { crawlDelayMs, sitemaps }) =>
        told.push([origin, crawlDelayMs, ...sitemaps].join(" ")),
    },
  );
  expect(await ask("/x")).toBe("skipped E_ROBOTS");
  expect(await ask("http://a.example:8080/x")).toBe("answered");
  expect(told).toEqual(["http://a.example 2000 /s.xml", "http://a.example:8080 "]);
});

test("77: whoever stops does not wait, the others do, and the last one stops the request", async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const answers: (() => void)[] = [];
  const clock = createManualClock();
  const transport = createScriptedTransport([{ body: "User-agent: *\nAllow: /" }]);
  const send = robots({ productToken: "fanfetch", clock })(async (request, call) => {
    if (request.target !== "/robots.txt") return transport.send(request, call);
    signals.push(call.signal);
    await new Promise<void>((resolve, reject) => {
      answers.push(resolve);
      call.signal!.addEventListener("abort", () =>
        reject(new Failure("E_ABORTED", "stopped", { request })),
      );
    });
    return transport.send(request, call);
  });
  const [first, second, third] = [1, 2, 3].map(() => new AbortController());
  const ask = (stop: AbortController) =>
    send(createRequest({ url: "http://a.example/1" }), createCall(stop.signal)).then(
      (response) => response.status,
      (failure: Failure) => failure.code,
    );
  const one = ask(first!);
  const two = ask(second!);
  first!.abort();
  expect(await one).toBe("E_ABORTED");
  expect(signals.map((signal) => signal?.aborted)).toEqual([false]);
  second!.abort();
  expect(await two).toBe("E_ABORTED");
  expect(signals[0]!.aborted).toBe(true);
  const three = ask(third!);
  expect(signals).toHaveLength(2);
  answers[1]!();
  expect(await three).toBe(200);
  first!.abort();
  expect(await ask(first!)).toBe(200);
});

test("77: a request that may reach public addresses alone asks for a robots.txt that may too", async () => {
  const { transport, clock } = siteOf({ body: RULES });
  const send = robots({ productToken: "fanfetch", clock })(transport.send);
  await send(createRequest({ url: "http://a.example/1" }), createCall());
  await send({ ...createRequest({ url: "http://a.example/2" }), reach: "public" }, createCall());
  const files = transport.asked.filter((request) => request.target === "/robots.txt");
  expect(files.map((request) => request.reach)).toEqual([undefined, "public"]);
});
