import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import type { Check } from "../../src/rehearsal/evidence.ts";
import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

const BIN = fileURLToPath(new URL("../../bin/fanfetch.js", import.meta.url));

interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly checks: readonly Check[];
}

function table(rows: number): string {
  return `name\n${Array.from({ length: rows }, (_, index) => `n${index}`).join("\n")}\n`;
}

/** Rehearses a map of so many rows; the list comes as JSON. */
async function rehearse(rows: number, ...argv: readonly string[]) {
  await using folder = await temporaryFolder();
  await folder.write("names.csv", table(rows));
  const url = "https://api.invalid/?name={name}";
  const all = ["rehearse", "map", "names.csv", url, "--format", "json", "--latency", "5ms"];
  const ended = await fanfetch(...all, ...argv).in(folder);
  const report = ended.stdout === "" ? undefined : (JSON.parse(ended.stdout) as Report);
  const resultOf = (words: string) =>
    report?.checks.find(({ name }) => name.includes(words))?.result;
  return { ...ended, report, resultOf, left: await folder.names() };
}

describe("a rehearsal of a command", () => {
  test("asks nobody but the server of this machine, and leaves nothing where it ran", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("names.csv", table(20));
    const own = await fanfetch(
      ...["rehearse", "map", "names.csv", world.at("/json/{name}"), "-o", "out.csv", "--keep"],
      ...["--save", "files/{name}.json", "--summary", "sums.json", "--latency", "1ms"],
    ).in(folder);
    expect(own).toMatchObject({ exitCode: 0 });
    expect(own.stdout).toMatch(/^ pass {2}every input is in the account +20 inputs = 20 answered/);
    expect(world.seen.total).toBe(0);
    expect(await folder.names()).toEqual(["names.csv"]);
  });

  test("writes what it would write into the folder that was named", async () => {
    await using folder = await temporaryFolder();
    await folder.write("names.csv", table(3));
    const ended = await fanfetch(
      ...["rehearse", "map", "names.csv", "https://api.invalid/?name={name}", "--into", "here"],
      ...["--pick", "name", "-o", "out/records.csv", "--order", "input", "--latency", "1ms"],
    ).in(folder);
    expect(ended.exitCode).toBe(0);
    expect(await folder.names()).toEqual(["here", "here/records.csv", "names.csv"]);
    const records = await folder.read("here/records.csv");
    // The input has the column already.
    expect(records.split("\n")[1]).toContain("n0");
  });

  test("passes where the limits that were declared are the server's", async () => {
    const { exitCode, report, resultOf } = await rehearse(
      60,
      ...["--rate", "40/s", "--per-host", "3", "-j", "3"],
      ...["--model", "bucket:60/s,retry-after", "--faults", "errors=3%,cuts=3%"],
    );
    expect(report!.checks.filter(({ result }) => result === "failed")).toEqual([]);
    expect(exitCode).toBe(0);
    for (const words of ["--per-host 3", "-j 3", "--rate 40/s", "would answer", "once answered"]) {
      expect(resultOf(words), words).toBe("passed");
    }
  });

  test("passes where rows fail that the server poisons, and connections are reset", async () => {
    const { exitCode, report, resultOf } = await rehearse(
      60,
      ...["--per-host", "4", "--retries", "2", "--faults", "poison=3,resets=3%"],
    );
    expect(report!.checks.filter(({ result }) => result === "failed")).toEqual([]);
    expect(exitCode).toBe(0);
    expect(resultOf("neighbour")).toBe("passed");
    expect(report!.checks[0]!.evidence).toContain("= 57 answered + 3 failed +");
  });

  test("fails where the server refuses most, in the list and in the exit code", async () => {
    const { exitCode, report, resultOf } = await rehearse(
      30,
      ...["--rate", "200/s", "--retries", "0", "--model", "bucket:2/s,burst=1"],
    );
    expect(report!.failed).toBeGreaterThan(0);
    expect(resultOf("would answer")).toBe("failed");
    expect(exitCode).toBe(1);
  });

  test("finds no request in the time that a server named", async () => {
    const { report, resultOf } = await rehearse(40, "--model", "bucket:10/s,burst=20,retry-after");
    expect(report!.checks.find(({ name }) => name.includes("not before"))!.evidence).toMatch(
      /^waits that the server named: [1-9]\d*, requests before their end: 0$/,
    );
    expect(resultOf("not before")).toBe("passed");
  });

  test("answers as it is told, so that rules on answers can be rehearsed", async () => {
    const rule = ["--fail-if", "status!=`OK`"];
    const good = await rehearse(5, ...rule, "--answers", '{"status": "OK"}');
    expect(good.resultOf("would answer")).toBe("passed");
    const bad = await rehearse(5, ...rule, "--answers", '{"status": "OVER_QUERY_LIMIT"}');
    expect(bad.resultOf("would answer")).toBe("failed");
  });

  test("judges no account that a cap cut short", async () => {
    const { report, resultOf } = await rehearse(50, "--max-requests", "20");
    expect(report).toMatchObject({ failed: 0 });
    expect(resultOf("account")).toBe("not judged");
  });

  test("ends with the command's own code and no list when it is interrupted", async () => {
    await using folder = await temporaryFolder();
    await folder.write("names.csv", table(50));
    const ended = await fanfetch(
      ...["rehearse", "map", "names.csv", "https://api.invalid/?name={name}"],
      ...["--faults", "hangs=100%", "--latency", "1ms", "--progress", "json"],
    )
      .in(folder)
      .kill("SIGINT")
      .after('"sent"')
      .kill("SIGINT")
      .after("no new ones");
    expect(ended).toMatchObject({ exitCode: 130, stdout: "" });
  });
});

describe("a rehearsal of a job", () => {
  const PLAYERS = `base: https://stats.invalid/v1
limits: { perHost: 5, rate: 100/s }
steps:
  - id: list
    url: /list
    each: "sets[0].rows[*].{id: [0], name: [2]}"
    output: list.csv
  - { for: list, url: "/one/{id}", pick: { city: born.city }, output: cities.jsonl, save: "x/{name}.json" }
`;

  async function rehearseJob(job: string, ...argv: readonly string[]) {
    await using folder = await temporaryFolder();
    await folder.write("job.yaml", job);
    const ended = await fanfetch("rehearse", ...argv, "--format", "json", "--latency", "2ms")
      .env({ SECRET: "hush" })
      .in(folder);
    const report = ended.stdout === "" ? undefined : (JSON.parse(ended.stdout) as Report);
    return { ...ended, report, left: await folder.names() };
  }

  test.each([[["run", "job.yaml"]], [["job.yaml"]]])(
    "makes up lists and what they list, and leaves nothing: %s",
    async (words) => {
      const { exitCode, report, left, stderr } = await rehearseJob(PLAYERS, ...words);
      expect(exitCode, stderr).toBe(0);
      expect(report!.checks[0]!.evidence).toContain("21 inputs = 21 answered");
      const passed = report!.checks.filter(({ result }) => result === "passed");
      expect(passed.map(({ name }) => name)).toEqual(
        expect.arrayContaining([expect.stringContaining("--per-host 5")]),
      );
      expect(left).toEqual(["job.yaml"]);
    },
  );

  test("writes what the steps write into the folder that was named", async () => {
    const { left } = await rehearseJob(PLAYERS, "job.yaml", "--into", "here");
    expect(left).toEqual(
      expect.arrayContaining([
        "here/1-list.csv",
        "here/2-cities.jsonl",
        "here/files/2/name-20.json",
      ]),
    );
    expect(left.filter((name) => !name.startsWith("here/")).toSorted()).toEqual([
      "here",
      "job.yaml",
    ]);
  });

  test("judges batches, pages and tokens", async () => {
    const job = `base: https://api.invalid
auth: { kind: oauth2, tokenUrl: "https://login.invalid/token", clientId: me, clientSecret: "\${SECRET}" }
steps:
  - { id: l, url: /l, paginate: { kind: page, into: page, items: data }, each: "data[*].{id: id}" }
  - { for: l, url: /n, batch: { size: 5, value: "{id}", into: "id[]", pair: id }, output: n.jsonl }
`;
    const { exitCode, report, stderr } = await rehearseJob(job, "run", "job.yaml");
    expect(exitCode, stderr).toBe(0);
    expect(report!.checks[0]!.evidence).toContain("21 inputs = 21 answered");
    expect(report).toMatchObject({ failed: 0 });
  });

  test("passes where rows of it fail that the server poisons", async () => {
    const words = ["job.yaml", "--retries", "1", "--faults", "poison=2", "--seed", "2"];
    const { report } = await rehearseJob(PLAYERS, ...words);
    const judged = report!.checks.find(({ name }) => name.includes("neighbour"));
    expect(judged).toMatchObject({ result: "passed" });
    expect(judged!.evidence).toContain("2 poisoned");
  });

  test("says where nothing can be made up, before anything is sent", async () => {
    const job = PLAYERS.replace(/each: .*$/m, 'each: "sort(a)"');
    const { exitCode, stderr, stdout } = await rehearseJob(job, "job.yaml");
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("nothing can be made up for sort(a), the rows of the step list");
  });
});

describe("a rehearsal of a crawl", () => {
  async function rehearseCrawl(...argv: readonly string[]) {
    await using folder = await temporaryFolder();
    const all = ["rehearse", "crawl", "https://book.invalid/a/", "--latency", "2ms"];
    const ended = await fanfetch(...all, ...argv, "--format", "json").in(folder);
    const report = ended.stdout === "" ? undefined : (JSON.parse(ended.stdout) as Report);
    return { ...ended, report, left: await folder.names() };
  }

  test.each([
    [[], 48],
    [["--follow", "nav.toc > a", "--download", "li a.chapter[href$='.pdf']"], 48],
    [["--follow", "ul.parts", "--merge", "book.pdf", "--scope", "prefix"], 48],
    [["--next", "a[rel=next]", "--download", "a[href*=chapter]"], 48],
    [["--download", "a[href$='.zip']", "--depth", "0"], 4],
  ] as const)("makes up a site in which it finds what it wants: %s", async (words, inputs) => {
    const { exitCode, report, stderr, left } = await rehearseCrawl(...words, "--per-host", "4");
    expect(exitCode, stderr).toBe(0);
    expect(report!.checks[0]!.evidence).toContain(`${inputs} inputs = ${inputs} answered`);
    expect(report).toMatchObject({ failed: 0 });
    expect(left).toEqual([]);
  });

  test("binds the book of the chapters that it made up", async () => {
    const words = ["--merge", "book.pdf", "--into", "kept", "--per-host", "4"];
    const { exitCode, report, stderr, left } = await rehearseCrawl(...words);
    expect(exitCode, stderr).toBe(0);
    expect(report).toMatchObject({ failed: 0 });
    expect(stderr).toContain("kept/book.pdf is bound: 36 of 36 chapters, 74 pages");
    expect(stderr).not.toContain("resume");
    expect(left).toContain("kept/book.pdf");
  });

  test("says which selector no link can be made up for", async () => {
    const { exitCode, stderr, stdout } = await rehearseCrawl("--follow", "a:not([href])");
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("no link can be made up for --follow a:not([href]); give a page");
  });
});

describe("a rehearsal server alone", () => {
  test("tells its URL on stdout, serves until Ctrl-C, and says what it saw", async () => {
    const argv = ["rehearse", "--model", "bucket:1/1d,burst=1", "--answers", '{"name":"{name}"}'];
    const server = spawn(process.execPath, [BIN, ...argv]);
    const told = text(server.stderr);
    const closed = once(server, "close");
    const [url] = (await once(createInterface(server.stdout), "line")) as [string];
    const answer = await fetch(`${url}/any/path?name=Ada`);
    expect([answer.status, await answer.json()]).toEqual([200, { name: "Ada" }]);
    expect((await fetch(`${url}/any/path?name=Ada`)).status).toBe(429);
    server.kill("SIGINT");
    expect(await closed).toEqual([0, null]);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await told).toContain("limit   bucket:1/1d,burst=1");
    expect((await told).trimEnd().split("\n").at(-1)).toMatch(
      /^2 requests · most at once 1 · most in any second [12] · 1 refused · 1 asked more than once$/,
    );
  });

  test("says in one sentence that its port is taken", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const ended = await fanfetch("rehearse", "--port", String(port));
    taken.close();
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toBe(`fanfetch: --port ${port} is taken; leave it out for any free one\n`);
  });

  test.each([
    [["--model", "widow:1/s"], 'fanfetch: --model: "widow" is no limit; did you mean "window"?\n'],
    [
      ["mpa"],
      'fanfetch: rehearse plays for get, map, crawl, or run, not "mpa"; did you mean "map"?\n',
    ],
    [["--into", "x"], "fanfetch: --into is for a rehearsal with a command: rehearse map ...\n"],
  ])("%o is refused in one sentence", async (argv, words) => {
    const ended = await fanfetch("rehearse", ...argv);
    expect(ended).toMatchObject({ exitCode: 2, stdout: "", stderr: words });
  });
});
