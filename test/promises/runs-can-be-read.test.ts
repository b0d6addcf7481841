import { existsSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";

import { lockRun } from "../../src/queue/run-lock.ts";
import { fanfetch } from "../support/cli.ts";
import { JOB, keptRun } from "../support/kept-run.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temp.ts";
import { startWorld, type World } from "../support/world.ts";

const ROWS = "name,path\nann,json/1\nbob,status/404\ncid,redirect/1/json/3\nann,json/1\n";

/** Runs four rows: two of them equal, one refused, one redirected. */
async function runOnce(world: World, folder: TemporaryFolder, ...more: readonly string[]) {
  await folder.write("t.csv", ROWS);
  const template = `${world.at("/")}{+path}`;
  return await fanfetch("map", "t.csv", template, "--retries", "0", ...more).in(folder);
}

async function namesOf(folder: TemporaryFolder): Promise<readonly string[]> {
  const { stdout } = await fanfetch("runs", "--format", "json").in(folder);
  return (JSON.parse(stdout) as { run: string }[]).map(({ run }) => run);
}

describe("what became of a run is told without asking a server again:", () => {
  test("runs lists it, show tells its account, outputs and failures", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await runOnce(world, folder, "-o", "out.csv");
    const seen = world.seen.total;
    const [name] = await namesOf(folder);
    const listed = await fanfetch("runs").in(folder);
    expect(listed.stdout).toMatch(/^ {2}run +began +answered/);
    expect(listed.stdout).toContain(`${name}  `);
    expect(listed.stdout).toContain("finished  t.csv → out.csv");
    const shown = await fanfetch("show").in(folder);
    expect(shown).toMatchObject({ exitCode: 0, stderr: "" });
    expect(shown.stdout).toContain("4 inputs = 3 answered + 1 failed + 0 skipped");
    expect(shown.stdout).toMatch(/out\.csv {3}\d+ B written/);
    expect(shown.stdout).toContain("1 status 404");
    expect(shown.stdout).toMatch(/ 2 +404 +1 +http\S+\/status\/404 +E_STATUS/);
    expect(world.seen.total).toBe(seen);
  });

  test("show as JSON is the numbers, and the failures that are wanted", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await runOnce(world, folder, "-o", "out.csv");
    const all = await fanfetch("show", "--format", "json").in(folder);
    expect(JSON.parse(all.stdout)).toMatchObject({
      ...{ state: "finished", inputs: 4, done: 4, owed: 0, inDoubt: 0, answered: 3, failed: 1 },
      failures: { E_STATUS: 1 },
      failedRows: [{ row: 2, code: "E_STATUS", status: 404, attempts: 1 }],
    });
    const few = await fanfetch("show", "--format", "json", "--only", "5xx,E_TIMEOUT").in(folder);
    expect(JSON.parse(few.stdout)).toMatchObject({ failed: 1, failedRows: [] });
    const none = await fanfetch("show", "--limit", "0").in(folder);
    expect(none.stdout).toContain("and 1 more; --limit 1 lists all");
  });

  test("explain finds a row by its number, its URL and its file", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await runOnce(world, folder, "--save", "files/{name}.json", "-H", "x-api-key: s3cret");
    const [run] = await namesOf(folder);
    const byNumber = await fanfetch("explain", run!, "2").in(folder);
    expect(byNumber).toMatchObject({ exitCode: 0, stderr: "" });
    expect(byNumber.stdout).toContain("GET http");
    expect(byNumber.stdout).toContain("failed at 20");
    expect(byNumber.stdout).toContain("E_STATUS");
    const byFile = await fanfetch("explain", "files/cid.json", "--format", "json").in(folder);
    expect(JSON.parse(byFile.stdout)).toMatchObject({
      ...{ row: 3, state: "answered", status: 200, attempts: 1, requests: 2 },
      file: join(folder.path, "files/cid.json"),
    });
    expect((JSON.parse(byFile.stdout) as { redirects: string[] }).redirects).toHaveLength(2);
    const byUrl = await fanfetch("explain", `${world.at("/")}json/1`).in(folder);
    expect(byUrl.stdout).toContain(`json/1": 1 4\n`);
    const everything = `${byNumber.stdout}${byFile.stdout}${byUrl.stdout}`;
    expect(everything).not.toContain("s3cret");
  });

  test("export writes every outcome in the order of the input, never over what is there", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await runOnce(world, folder, "-o", "out.csv");
    const first = await fanfetch("export", "-o", "x.jsonl").in(folder);
    expect(first).toMatchObject({ exitCode: 0, stdout: "", stderr: "4 outcomes → x.jsonl\n" });
    const records = (await folder.read("x.jsonl")).trimEnd().split("\n");
    expect(records.map((line) => JSON.parse(line) as object)).toMatchObject([
      { row: 1, kind: "answered", status: 200, code: null },
      { row: 2, kind: "failed", status: 404, code: "E_STATUS" },
      { row: 3, kind: "answered", requests: 2 },
      { row: 4, kind: "answered" },
    ]);
    const duplicates = records.map(
      (line) => (JSON.parse(line) as { duplicate: boolean }).duplicate,
    );
    expect(duplicates).toEqual([false, false, false, true]);
    expect((await fanfetch("export", "-o", "-").in(folder)).stdout).toBe(
      await folder.read("x.jsonl"),
    );
    expect(await fanfetch("export", "-o", "x.jsonl").in(folder)).toMatchObject({ exitCode: 2 });
    const own = await fanfetch("export", "-o", "out.csv", "--force").in(folder);
    expect(own).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("the output of the run"),
    });
    await fanfetch("export", "-o", "x.har").in(folder);
    const har = JSON.parse(await folder.read("x.har")) as { log: { entries: object[] } };
    expect(har.log.entries).toHaveLength(3);
    const csv = await fanfetch("export", "-o", "x.csv").in(folder);
    expect(csv.exitCode).toBe(0);
    expect((await folder.read("x.csv")).split("\n")[0]).toMatch(/^row,key,url,status,kind,code,/);
  });

  test("export to WARC has the answers that were kept, and refuses a run that kept none", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await runOnce(world, folder, "-o", "out.csv");
    const refused = await fanfetch("export", "-o", "x.warc.gz").in(folder);
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--keep") });
    await runOnce(world, folder, "-o", "kept.csv", "--keep", "--run", "kept");
    const kept = await fanfetch("export", "kept", "-o", "x.warc.gz").in(folder);
    expect(kept).toMatchObject({ exitCode: 0, stderr: "2 outcomes → x.warc.gz\n" });
    const { stdout } = await fanfetch("export", "kept", "-o", "-").in(folder);
    const bytes = stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { bytes: number }).bytes);
    const { readFile } = await import("node:fs/promises");
    const text = gunzipSync(await readFile(join(folder.path, "x.warc.gz"))).toString("latin1");
    expect(text.match(/^WARC-Type: resource\r$/gm)).toHaveLength(2);
    expect(text).toContain(`Content-Length: ${bytes[0]}\r\n`);
    expect(text).toContain(`WARC-Target-URI: ${world.at("/")}json/1\r\n`);
  });

  test("what came through stdin is explained and exported from the run's copy", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    const template = `${world.at("/")}{+path}`;
    await fanfetch("map", "-", template, "-o", "out.csv", "--retries", "0").stdin(ROWS).in(folder);
    const found = await fanfetch("explain", "3").in(folder);
    expect(found.stdout).toContain(`GET ${world.at("/")}redirect/1/json/3`);
  });
});

describe("where a run cannot be told in full, what is missing is said:", () => {
  test("without its input, URLs are those that the journal keeps", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await runOnce(world, folder, "-o", "out.csv");
    await folder.write("t.csv", "name,path\nother,json/9\n");
    const exported = await fanfetch("export", "-o", "-").in(folder);
    expect(exported.exitCode).toBe(0);
    expect(exported.stderr).toContain("t.csv is not what it was when the run began");
    const urls = exported.stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { url: string }).url);
    expect(urls).toEqual([
      null,
      `${world.at("/")}status/404`,
      `${world.at("/")}redirect/1/json/3`,
      null,
    ]);
    expect(await fanfetch("export", "-o", "x.har").in(folder)).toMatchObject({ exitCode: 2 });
    const byUrl = await fanfetch("explain", `${world.at("/")}status/404`).in(folder);
    expect(byUrl.stdout).toContain("the request cannot be made again: t.csv is not what it was");
  });

  test("a journal that cannot be read is a line of runs and one sentence of show", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await runOnce(world, folder, "-o", "out.csv");
    await folder.write("broken", "");
    const run = join(folder.path, ".fanfetch", "0101-0000-broken");
    keptRun(run)[Symbol.dispose]();
    await folder.write(
      ".fanfetch/0101-0000-broken/journal.db",
      "no database at all, just text\n".repeat(90),
    );
    const listed = await fanfetch("runs").in(folder);
    expect(listed).toMatchObject({ exitCode: 0, stderr: "" });
    expect(listed.stdout).toContain("finished  t.csv → out.csv");
    expect(listed.stdout).toMatch(/0101-0000-broken {2}cannot be read: /);
    const shown = await fanfetch("show", "0101-0000-broken").in(folder);
    expect(shown).toMatchObject({ exitCode: 2, stdout: "" });
    expect(shown.stderr).toMatch(/^fanfetch: .+\n$/);
  });

  test.each([
    [["show"]],
    [["show", "--format", "json"]],
    [["explain", "1"]],
    [["export", "-o", "x.csv"]],
  ])("%j of a run whose log is damaged is one sentence and nothing else", async (args) => {
    await using folder = await temporaryFolder();
    {
      const job = { ...JOB, cwd: folder.path };
      using run = keptRun(join(folder.path, ".fanfetch", "r"), { job });
      run.settle([{ row: 1, kind: "failed" }]);
      run.settle([{ row: 2, kind: "failed" }]);
      run.store.database.exec("UPDATE outcomes SET records = zeroblob(80) WHERE id = 2");
    }
    const ended = await fanfetch(...args).in(folder);
    expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ended.stderr).toMatch(/^fanfetch: .*group 2 is not as it was written\n$/);
    expect(await folder.names()).not.toContain("x.csv");
  });

  test("a request whose body came from stdin is not waited for", async () => {
    await using folder = await temporaryFolder();
    const job = { ...JOB, withheld: ["--data"], cwd: folder.path };
    {
      using run = keptRun(join(folder.path, ".fanfetch", "r"), { job });
      run.settle([{ row: 1 }]);
    }
    const ended = await fanfetch("explain", "1").in(folder);
    expect(ended.stdout).toContain("cannot be made again: a part of its requests came from stdin");
  });

  test("a row that may have been sent is in doubt, one whose turn did not come is owed", async () => {
    await using folder = await temporaryFolder();
    const positionals = ["http://a.example/1", "http://a.example/2", "http://a.example/3"];
    const job = { ...JOB, positionals, values: [["request", ["POST"]]], cwd: folder.path };
    {
      using run = keptRun(join(folder.path, ".fanfetch", "r"), { job });
      run.store.intend([1, 2]);
      run.settle([{ row: 1 }]);
    }
    const state = async (row: string): Promise<string> =>
      (await fanfetch("explain", "r", row).in(folder)).stdout.split("\n").at(-2)!;
    expect(await state("2")).toMatch(/^in doubt: .*POST is not safe to repeat/);
    expect(await state("3")).toMatch(/^owed: .*fanfetch resume r$/);
    const shown = await fanfetch("show").in(folder);
    expect(shown.stdout).toContain("died at 1 (its last process ended without a word)");
    expect(shown.stdout).toContain("1 in doubt");
  });

  test("texts of servers and rows do not reach the terminal as they are", async () => {
    await using folder = await temporaryFolder();
    const evil = "\u001b[2J\u202eevil";
    const job = { ...JOB, title: evil };
    {
      using run = keptRun(join(folder.path, ".fanfetch", "r"), { job });
      const row = { row: 1, kind: "failed" as const, code: "E_STATUS" as const, status: 500 };
      run.settle([{ ...row, message: evil, body: evil, redirects: [] }]);
    }
    for (const args of [["runs"], ["show"], ["explain", "1"]]) {
      const { stdout } = await fanfetch(...args).in(folder);
      expect(stdout, args[0]).toContain("\\x1b[2J\\u202eevil");
      // oxlint-disable-next-line no-control-regex
      expect(stdout, args[0]).not.toMatch(/[\u001b\u202e]/);
    }
  });

  test.each([
    [["show", "nmes"], /there is no run "nmes"; did you mean "names"\?/],
    [["show", "--only", "E_TIMEOT"], /did you mean "E_TIMEOUT"\?/],
    [["show", "a", "b"], /show takes one run/],
    [["runs", "prun"], /did you mean "prune"\?/],
    [["runs", "--older", "30d"], /--older belongs to runs prune/],
    [["runs", "prune", "--older", "soon"], /--older: "soon" is not a duration/],
    [["runs", "prune", "names", "--older", "1d"], /not both/],
    [["runs", "prune", "nmes"], /did you mean "names"\?/],
    [["explain"], /say which row/],
    [["explain", "names"], /say which row: fanfetch explain names ROW/],
    [["explain", "2"], /there is no row 2; the run has 1 row/],
    [["explain", "http://a.example/y"], /did you mean "http:\/\/a.example\/x"\?/],
    [["export"], /export needs -o FILE/],
    [["export", "-o", "x.warc"], /did you mean "\.warc\.gz"\?/],
    [["export", "-o", "x.jsnl"], /did you mean "\.jsonl"\?/],
  ])("%j is refused in one sentence", async (args, sentence) => {
    await using folder = await temporaryFolder();
    const job = { ...JOB, cwd: folder.path };
    keptRun(join(folder.path, ".fanfetch", "names"), { job })[Symbol.dispose]();
    const ended = await fanfetch(...args).in(folder);
    expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ended.stderr).toMatch(sentence);
    expect(ended.stderr.split("\n")).toHaveLength(2);
  });
});

describe("runs prune", () => {
  /** A finished run that ended long ago, one with a failure, one that is owed something. */
  function threeRuns(folder: TemporaryFolder): void {
    const make = (name: string, kind: "answered" | "failed", total: number): void => {
      using run = keptRun(join(folder.path, ".fanfetch", name), { job: JOB, total });
      run.settle([{ row: 1, kind }]);
      run.end("finished");
    };
    make("fine", "answered", 1);
    make("failed", "failed", 1);
    make("owed", "answered", 2);
  }

  test("removes what is done with, and tells what that gave", async () => {
    await using folder = await temporaryFolder();
    threeRuns(folder);
    const ended = await fanfetch("runs", "prune").in(folder);
    expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ended.stdout).toMatch(/^removed fine {3}\d+ kB\n1 run removed, \d+ kB freed\n2 stay: /);
    expect((await namesOf(folder)).toSorted()).toEqual(["failed", "owed"]);
    expect(existsSync(join(folder.path, ".fanfetch/fine"))).toBe(false);
    const again = await fanfetch("runs", "prune").in(folder);
    expect(again).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("nothing was removed"),
    });
  });

  test("keeps what ended later than --older says", async () => {
    await using folder = await temporaryFolder();
    threeRuns(folder);
    await fanfetch("runs", "prune", "--older", "40000d").in(folder);
    expect(await namesOf(folder)).toHaveLength(3);
  });

  test("removes named runs whatever their state, and the folder with the last one", async () => {
    await using folder = await temporaryFolder();
    threeRuns(folder);
    await fanfetch("runs", "prune", "failed", "owed", "fine").in(folder);
    expect(await folder.names()).toEqual([]);
    const empty = await fanfetch("runs", "prune").in(folder);
    expect(empty).toMatchObject({ exitCode: 0, stdout: "nothing was removed\n" });
  });

  test("never removes a run that somebody works on, nor a file that is no run's", async () => {
    await using folder = await temporaryFolder();
    threeRuns(folder);
    await folder.write(".fanfetch/fine/out.csv", "mine");
    using _lock = lockRun(join(folder.path, ".fanfetch/failed"));
    const ended = await fanfetch("runs", "prune", "failed", "fine").in(folder);
    expect(ended.exitCode).toBe(7);
    expect(ended.stdout).toContain("failed stays: ");
    expect(ended.stdout).toContain("out.csv in it is no run's");
    expect(await folder.read(".fanfetch/fine/out.csv")).toBe("mine");
    expect((await namesOf(folder)).toSorted()).toEqual(["failed", "owed"]);
  });
});
