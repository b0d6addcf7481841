import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";
import { startRawServer } from "../wire/raw-server.ts";

function tableOf(rows: number): string {
  return `n\n${Array.from({ length: rows }, (_, index) => index).join("\n")}\n`;
}

test("--max-cost stops to the request, stays with the run, and a higher one goes on", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", tableOf(100));
  const stopped = await fanfetch(
    ...["map", "rows.csv", world.at("/json/{n}"), "-o", "out.csv"],
    ...["--price", "0.005", "--max-cost", "0.20", "--summary", "s.json"],
  ).in(folder);
  expect(stopped.exitCode, stopped.stderr).toBe(3);
  expect(stopped.stderr).toContain("stopped by --max-cost 0.20 at 40 requests");
  expect(stopped.stderr).toMatch(/go on with: fanfetch resume \S+ --max-cost MORE$/m);
  expect(stopped.stderr).toMatch(/^40 inputs = .* · cost 0\.20$/m);
  expect(JSON.parse(await folder.read("s.json"))).toMatchObject({ requests: 40, cost: 0.2 });
  expect(world.seen.total).toBe(40);

  const again = await fanfetch("resume").in(folder);
  expect(again.exitCode).toBe(3);
  expect(again.stderr).toContain("stopped by --max-cost 0.20 at 40 requests");
  expect(world.seen.total).toBe(40);

  const more = await fanfetch("resume", "--max-cost", "0.4").in(folder);
  expect(more.exitCode, more.stderr).toBe(3);
  expect(more.stderr).toContain("stopped by --max-cost 0.40 at 80 requests");
  expect(world.seen.total).toBe(80);

  const ended = await fanfetch("resume", "--max-cost", "2", "--summary", "s.json").in(folder);
  expect(ended.exitCode, ended.stderr).toBe(0);
  expect(ended.stderr).toMatch(/^100 inputs = .* · cost 0\.50$/m);
  expect(JSON.parse(await folder.read("s.json"))).toMatchObject({ requests: 100, cost: 0.5 });
  expect(world.seen.total).toBe(100);
  expect(world.seen.distinct).toBe(100);
});

test("retries and the hops of redirects are paid", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const paths = ["redirect/2/json/1", "status/503/then/200", "json/2"];
  await folder.write("rows.csv", `path\n${paths.join("\n")}\n`);
  const run = await fanfetch(
    ...["map", "rows.csv", world.at("/{+path}"), "--price", "1", "--mode", "sequential"],
  ).in(folder);
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr).toContain("· cost 6.00");
  expect(world.seen.total).toBe(6);

  const capped = await fanfetch(
    ...["map", "rows.csv", world.at("/{+path}"), "--price", "1", "--mode", "sequential"],
    ...["--max-cost", "2.99"],
  ).in(folder);
  expect(capped.exitCode).toBe(3);
  expect(world.seen.total).toBe(6 + 2);
  expect(capped.stderr).toContain("· cost 2.00");
});

test("what the wire sends once more of itself is paid too, or stays back", async () => {
  // Answers once on each connection and resets it when the next request comes.
  const used = new WeakSet();
  await using server = await startRawServer((socket) => {
    if (used.has(socket)) socket.resetAndDestroy();
    else socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    used.add(socket);
  });
  const words = ["get", `${server.origin}/first`, `${server.origin}/second`, "--price", "1"];
  const capped = await fanfetch(...words, "--mode", "sequential", "--max-cost", "2");
  expect(capped.exitCode, capped.stderr).toBe(3);
  expect(capped.stderr).toContain("· cost 2.00");
  expect(server.requests).toHaveLength(2);
  const whole = await fanfetch(...words, "--mode", "sequential", "--max-cost", "3");
  expect(whole.exitCode, whole.stderr).toBe(0);
  expect(whole.stderr).toContain("· cost 3.00");
  expect(server.requests).toHaveLength(2 + 3);
});

test("a run that is killed again and again never costs more", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", tableOf(600));
  const words = [
    ...["map", "rows.csv", world.at("/slow/5ms/json/{n}"), "-o", "out.csv"],
    ...["--price", "0.01", "--max-cost", "3"],
  ];
  for (const upTo of [30, 80, 130]) {
    const killed = await fanfetch(...words)
      .in(folder)
      .kill("SIGKILL")
      .after(world.seen.reached(upTo));
    expect(killed.signal).toBe("SIGKILL");
  }
  const last = await fanfetch(...words).in(folder);
  expect(last.exitCode, last.stderr).toBe(3);
  expect(last.stderr).toContain("stopped by --max-cost 3.00");
  expect(last.stderr).toContain("· cost 3.00");
  expect(world.seen.total).toBeLessThanOrEqual(300);
  // Each kill hides less than what is reserved at a time.
  expect(world.seen.total).toBeGreaterThan(300 - 3 * 40);
});

test("a price in a run that ends says what it cost; without one nothing is said of cost", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", tableOf(3));
  const words = ["map", "rows.csv", world.at("/json/{n}"), "--summary", "s.json"];
  const priced = await fanfetch(...words, "--price", "0.005").in(folder);
  expect(priced.stderr).toMatch(/ · cost 0\.02$/m);
  expect(JSON.parse(await folder.read("s.json"))).toHaveProperty("cost", 0.015);
  const plain = await fanfetch(...words).in(folder);
  expect(plain.stderr).not.toContain("cost");
  expect(JSON.parse(await folder.read("s.json"))).not.toHaveProperty("cost");
});

test.each([
  [["--price"], /--price needs a value/],
  [["--price", "cheap"], /--price: "cheap" is not an amount above 0/],
  [["--price", "0"], /--price: "0" is not an amount above 0/],
  [["--price=-0.005"], /--price: "-0\.005" is not an amount above 0/],
  [["--price", "0,005"], /--price: "0,005" is not an amount/],
  [["--max-cost", "20"], /--max-cost needs --price/],
  [["--price", "1", "--max-cost", "0.5"], /--max-cost 0\.50 does not pay for one request/],
] as const)("%s is one sentence and exit code 2", async (words, sentence) => {
  await using world = await startWorld();
  const refused = await fanfetch("get", world.at("/json/1"), ...words);
  expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
  expect(refused.stderr).toMatch(sentence);
  expect(refused.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(world.seen.total).toBe(0);
});
