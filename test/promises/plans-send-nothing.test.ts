import { createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

interface Told {
  readonly rows: number;
  readonly requests: number;
  readonly owed: number;
  readonly run: { readonly directory: string; readonly done: number } | null;
  readonly times: readonly { readonly by: string }[];
  readonly cost: { readonly total: number; readonly paid: number } | null;
  readonly stop: { readonly by: string; readonly after: number } | null;
  readonly sample: {
    readonly requests: number;
    readonly answered: number;
    readonly failed: number;
    readonly cost: number | null;
  } | null;
  readonly sent: number;
}

function tableOf(rows: number, distinct = rows): string {
  return `n\n${Array.from({ length: rows }, (_, index) => index % distinct).join("\n")}\n`;
}

test("no connection is opened and no file left", async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", tableOf(1_000, 900));
  const told = await fanfetch(
    ...["plan", "map", "rows.csv", `http://127.0.0.1:${port}/{n}`, "-o", "out.csv"],
    ...["--save", "files/{n}.json", "--keep", "--cookie-jar", "jar.txt", "--summary", "s.json"],
    ...["--rate", "10/s,100/d", "--price", "0.005", "--max-cost", "2", "-H", "X-Token: hush"],
  ).in(folder);
  server.close();
  expect(told, told.stderr).toMatchObject({ exitCode: 0, stderr: "" });
  expect(told.stdout).toContain(
    `rows.csv   1,000 rows, 900 distinct requests to 127.0.0.1:${port}\n`,
  );
  expect(told.stdout).toContain("9 days: stops each day");
  expect(told.stdout).toContain("4.50   (cap 2.00 set: stops after 400)");
  expect(told.stdout).toContain(`  GET http://127.0.0.1:${port}/0\n    X-Token: (withheld)\n`);
  expect(told.stdout).not.toContain("hush");
  expect(told.stdout.endsWith("\nnothing was sent\n")).toBe(true);
  expect(connections).toBe(0);
  expect(await folder.names()).toEqual(["rows.csv"]);
});

test("what it says is what the run then does", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", tableOf(60, 45));
  const words = ["map", "rows.csv", world.at("/json/{n}"), "-o", "out.csv", "--price", "0.01"];
  const plan = async (...more: readonly string[]): Promise<Told> => {
    const told = await fanfetch("plan", ...words, ...more, "--format", "json").in(folder);
    expect(told.exitCode, told.stderr).toBe(0);
    return JSON.parse(told.stdout) as Told;
  };
  expect(await plan("--max-cost", "0.20")).toMatchObject({
    ...{ rows: 60, requests: 45, owed: 45, run: null },
    cost: { total: 0.45, paid: 0 },
    stop: { by: "--max-cost", after: 20 },
  });
  expect(world.seen.total).toBe(0);

  const stopped = await fanfetch(...words, "--max-cost", "0.20").in(folder);
  expect(stopped.exitCode, stopped.stderr).toBe(3);
  expect(world.seen.total).toBe(20);

  const rest = await plan("--max-cost", "0.40");
  expect(rest).toMatchObject({ rows: 60, requests: 45, owed: 25, stop: { after: 20 } });
  expect(rest.run?.done).toBeGreaterThanOrEqual(20);
  expect(rest.cost).toMatchObject({ total: 0.25, paid: 0.2 });
  expect(await plan("--force")).toMatchObject({ owed: 45, run: null });
  expect(world.seen.total).toBe(20);

  const ended = await fanfetch(...words, "--max-cost", "0.45").in(folder);
  expect(ended.exitCode, ended.stderr).toBe(0);
  expect(world.seen.total).toBe(45);
  expect(await plan()).toMatchObject({ owed: 0, cost: { total: 0, paid: 0.45 } });
});

test("what is remembered of a host tells a time", async () => {
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", tableOf(1_000));
  const words = ["plan", "map", "rows.csv", "http://a.test/{n}"];
  const state = { FANFETCH_STATE: `${folder.path}/state` };
  const set = ["limits", "http://a.test", "--set", "rate=20/s,burst=1"];
  expect(
    (
      await fanfetch(...set)
        .env(state)
        .in(folder)
    ).exitCode,
  ).toBe(0);
  const told = await fanfetch(...words)
    .env(state)
    .in(folder);
  expect(told.stdout).toMatch(/^ {2}at the limit set on 2\d{3}-\d\d-\d\d \(20\/s\) {2}50\.0 s$/m);
  const json = await fanfetch(...words, "--format", "json")
    .env(state)
    .in(folder);
  expect(JSON.parse(json.stdout)).toMatchObject({
    durationMs: 49_950,
    times: [{ by: "learned", host: "http://a.test", ratePerSecond: 20, concurrency: null }],
  });
  const forgetful = await fanfetch(...words)
    .env({ FANFETCH_STATE: "none" })
    .in(folder);
  expect(forgetful.stdout).toContain("unknown: no limit is known");
});

describe("--sample", () => {
  test("really sends five, spread over the input, and keeps no answer", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", tableOf(1_000));
    const words = ["map", "rows.csv", world.at("/slow/20ms/json/{n}"), "-o", "out.csv"];
    const told = await fanfetch("plan", ...words, "--price", "0.005", "--sample").in(folder);
    expect(told.exitCode, told.stderr).toBe(0);
    expect(world.seen.total).toBe(5);
    const asked = world.seen.requests().map(({ path }) => Number(path.split("/").at(-1)));
    expect(Math.max(...asked) - Math.min(...asked)).toBeGreaterThan(500);
    expect(told.stdout).toMatch(/^ status +bytes +dns/);
    expect(told.stdout).toMatch(
      /^ {2}6 at once, \d+(\.\d+)? ms each +at most \S+ m?s, less once /m,
    );
    expect(told.stdout).toMatch(/5 requests were sent for 0\.025; the answers are not kept\n$/);
    expect(await folder.names()).toEqual(["rows.csv"]);
  });

  test("takes a number, is polite, and no more than its caps allow", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", tableOf(1_000));
    const words = ["plan", "map", "rows.csv", world.at("/slow/20ms/json/{n}"), "--format", "json"];
    const ten = await fanfetch(...words, "--sample", "10", "--per-host", "3").in(folder);
    expect(JSON.parse(ten.stdout)).toMatchObject({
      sent: 10,
      sample: { requests: 10, answered: 10, failed: 0, cost: null },
      times: [{ by: "concurrency", places: 3 }],
    });
    expect(world.seen.mostAtOnce()).toBeLessThanOrEqual(3);
    const capped = await fanfetch(
      ...[...words, "--sample", "10", "--price", "1", "--max-cost", "4"],
    ).in(folder);
    expect(JSON.parse(capped.stdout)).toMatchObject({ sent: 4, sample: { cost: 4 } });
    expect(world.seen.total).toBe(14);
  });

  test("does not wait for a quota that is used up", async () => {
    await using world = await startWorld();
    const urls = ["/json/1", "/json/2", "/json/3"].map((path) => world.at(path));
    const told = await fanfetch("plan", "get", ...urls, "--rate", "2/d", "--sample");
    expect(told.exitCode, told.stderr).toBe(3);
    expect(told.stdout).toContain("2 requests were sent; the answers are not kept");
    expect(told.stderr).toMatch(/^fanfetch: the quota of 127\.0\.0\.1:\d+ is used up until/);
    expect(world.seen.total).toBe(2);
  });

  test("that fails in part is told, and its exit code is 1", async () => {
    await using world = await startWorld();
    const told = await fanfetch(
      ...["plan", "get", world.at("/json/1"), world.at("/status/404"), "--sample"],
    );
    expect(told.exitCode).toBe(1);
    expect(told.stdout).toContain("E_STATUS");
    expect(told.stdout).toContain("2 requests were sent");
  });

  test.each([
    [["-X", "POST"], /--sample would send POST requests that the run sends again/],
    [["--sample", "1001"], /--sample sends at most 1,000 requests/],
    [["--sample=none"], /--sample: "none" is not a whole number/],
  ] as const)("with %s is refused before anything is sent", async (words, sentence) => {
    await using world = await startWorld();
    const refused = await fanfetch("plan", "get", world.at("/json/1"), "--sample", ...words);
    expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
    expect(refused.stderr).toMatch(sentence);
    expect(world.seen.total).toBe(0);
  });
});

test.each([
  [["plan"], /say what to plan: plan get URL/],
  [
    ["plan", "mpa", "rows.csv"],
    /plan tells of get, map, crawl, or run, not "mpa"; did you mean "map"\?/,
  ],
  [["plan", "map", "rows.csv", "http://a.test/{m}"], /rows\.csv has no column "m"/],
  [["plan", "map", "rows.csv", "http://a.test/{n}", "--save", "{m}"], /no column "m"/],
  [["plan", "get", "http://a.test/", "--pick", "=="], /==/],
  [["plan", "get", "http://a.test/", "--fail-if", "=="], /== is not JMESPath/],
  [["plan", "get", "http://a.test/", "--repetitions", "3"], /belongs to compare/],
] as const)("%s is one sentence and exit code 2", async (words, sentence) => {
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", tableOf(3));
  const refused = await fanfetch(...words).in(folder);
  expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
  expect(refused.stderr).toMatch(sentence);
});
