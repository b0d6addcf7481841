import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type Job, runJob, type RunEvent } from "../../src/index.ts";
import { play } from "../support/played-server.ts";
import { temporaryFolder } from "../support/temp.ts";

beforeEach(() => void vi.stubEnv("FANFETCH_STATE", "none"));
afterEach(() => void vi.unstubAllEnvs());

const EIGHT = [1, 2, 3, 4, 5, 6, 7, 8];

/** A server of lists and things, and the sockets that it was asked on. */
async function watch() {
  const ports = new Set<number>();
  const server = await play((url, request) => {
    ports.add(request.socket.remotePort!);
    return url.pathname === "/list" ? EIGHT.map((id) => ({ id })) : { ok: true };
  });
  return { ...server, ports };
}

/** Runs a job; when its requests left, and how many of each path were under way at most. */
async function departures(job: Job) {
  await using folder = await temporaryFolder();
  const left: { readonly path: string; readonly atMs: number }[] = [];
  const underWay = new Map<string, number>();
  const most = new Map<string, number>();
  const onEvent = (event: RunEvent): void => {
    if (event.type !== "sent" && event.type !== "landed") return;
    const [, path = ""] = new URL(event.request.url).pathname.split("/");
    const now = (underWay.get(path) ?? 0) + (event.type === "sent" ? 1 : -1);
    underWay.set(path, now);
    most.set(path, Math.max(now, most.get(path) ?? 0));
    if (event.type === "sent") left.push({ path, atMs: event.atMs });
  };
  const result = await runJob(job, { directory: `${folder.path}/run`, onEvent });
  return { result, left, most };
}

function mostIn(windowMs: number, timesMs: readonly number[]): number {
  return Math.max(
    ...timesMs.map((from) => timesMs.filter((at) => at >= from && at < from + windowMs).length),
  );
}

function jobOf(base: string, limits: Job["limits"]): Job {
  return {
    base,
    ...(limits === undefined ? {} : { limits }),
    steps: [
      { id: "first", rows: EIGHT, url: "/first/{value}" },
      { id: "list", url: "/list", each: "@" },
      { id: "one", for: "list", url: "/one/{id}" },
    ],
  };
}

test("a rate holds across the steps of a job: no second sees more, wherever it begins", async () => {
  await using server = await watch();
  const { result, left } = await departures(jobOf(server.url, { rate: "10/s" }));
  expect(result.account.answered).toBe(17);
  expect(server.targets).toHaveLength(17);
  expect(
    mostIn(
      1_000,
      left.map(({ atMs }) => atMs),
    ),
  ).toBeLessThanOrEqual(10);
});

test("the connections of a step are there for the next one", async () => {
  await using server = await watch();
  const { result } = await departures(jobOf(server.url, { concurrency: 1 }));
  expect(result.account.answered).toBe(17);
  expect(server.ports.size).toBe(1);
});

test("a host that asks a step to wait is not asked by the next step before that", async () => {
  let refused = 0;
  await using server = await play((url, _request, response) => {
    if (url.pathname !== "/first/1" || refused > 0) return [{ id: 1 }];
    refused += 1;
    response.statusCode = 429;
    response.setHeader("retry-after", "1");
    return {};
  });
  await using folder = await temporaryFolder();
  const events: Extract<RunEvent, { type: "sent" | "landed" }>[] = [];
  const onEvent = (event: RunEvent): void => {
    if (event.type === "sent" || event.type === "landed") events.push(event);
  };
  const result = await runJob(
    {
      base: server.url,
      limits: { retries: 0 },
      steps: [
        { id: "first", rows: [1], url: "/first/{value}", rules: [{ status: "429", then: "fail" }] },
        { id: "second", rows: [1], url: "/second/{value}" },
      ],
    },
    { directory: `${folder.path}/run`, onEvent },
  );
  expect(result.account).toMatchObject({ answered: 1, failed: 1 });
  const atMsOf = (type: "sent" | "landed", path: string): number =>
    events.filter((event) => event.type === type).find(({ request }) => request.url.endsWith(path))!
      .atMs;
  expect(atMsOf("sent", "/second/1")).toBeGreaterThanOrEqual(atMsOf("landed", "/first/1") + 1_000);
});

test("a step's own limits hold for it beside those of its job", async () => {
  await using server = await watch();
  const { left, most } = await departures({
    base: server.url,
    limits: { perHost: 8 },
    steps: [
      { rows: EIGHT, url: "/wide/{value}" },
      { rows: EIGHT, url: "/narrow/{value}", limits: { perHost: 2 } },
      { rows: EIGHT, url: "/slow/{value}", limits: { rate: "20/s" } },
    ],
  });
  expect(most.get("wide")).toBeGreaterThan(2);
  expect(most.get("narrow")).toBe(2);
  const slow = left.filter(({ path }) => path === "slow").map(({ atMs }) => atMs);
  expect(slow).toHaveLength(8);
  expect(mostIn(200, slow)).toBeLessThanOrEqual(4);
});
