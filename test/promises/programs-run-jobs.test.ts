import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { defineJob, type JobResult, runJob, type RunEvent } from "../../src/index.ts";
import { fanfetch } from "../support/cli.ts";
import { play, refuse } from "../support/played-server.ts";
import { startSite } from "../support/site.ts";
import { temporaryFolder } from "../support/temp.ts";

// A program of a user's remembers hosts; a test remembers nothing.
beforeEach(() => void vi.stubEnv("FANFETCH_STATE", "none"));
afterEach(() => void vi.unstubAllEnvs());

const players = [
  { id: 1, name: "Ada" },
  { id: 2, name: "Bo" },
  { id: 3, name: "Cy" },
];

function jobOf(base: string) {
  return defineJob({
    base,
    steps: [
      { id: "list", url: "/list", each: (answer) => answer.json() },
      { id: "one", for: "list", url: "/one/{id}", pick: { about: "about" } },
    ],
  });
}

function serve() {
  return play((url) => (url.pathname === "/list" ? players : { about: url.pathname }));
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  return await Array.fromAsync(items);
}

function counts({ account }: JobResult): readonly number[] {
  return [account.inputs, account.answered, account.failed, account.skipped];
}

test("a program runs a job, and has its account, its rows and its outcomes as data", async () => {
  await using server = await serve();
  await using folder = await temporaryFolder();
  const settled: string[] = [];
  const onEvent = (event: RunEvent): void => {
    if (event.type === "settled") settled.push(event.outcome.kind);
  };
  const result = await runJob(jobOf(server.url), { directory: `${folder.path}/run`, onEvent });
  expect(result).toMatchObject({ state: "finished", reason: undefined });
  expect(counts(result)).toEqual([4, 4, 0, 0]);
  expect(settled).toEqual(["answered", "answered", "answered", "answered"]);
  expect(result.steps.map(({ id, inputs }) => [id, inputs])).toEqual([
    ["list", 1],
    ["one", 3],
  ]);
  expect(await all(result.step("list").rows())).toEqual(players);
  expect(await all(result.step("one").rows())).toEqual(
    players.map((player) => ({ ...player, about: `/one/${player.id}` })),
  );
  const outcomes = await all(result.step("one").outcomes());
  expect(outcomes.map(({ row, outcome }) => [row["name"], outcome.kind])).toEqual(
    players.map(({ name }) => [name, "answered"]),
  );
});

test("the same job goes on with its run: nothing is asked twice", async () => {
  await using server = await serve();
  await using folder = await temporaryFolder();
  const options = { directory: `${folder.path}/run` };
  const first = await runJob(jobOf(server.url), { ...options, maxRequests: 2 });
  expect(first).toMatchObject({ state: "stopped", reason: "cap" });
  expect(server.targets).toHaveLength(2);
  const second = await runJob(jobOf(server.url), options);
  expect(second.state).toBe("finished");
  expect(counts(second)).toEqual([4, 4, 0, 0]);
  expect(server.targets.toSorted()).toEqual(["/list", "/one/1", "/one/2", "/one/3"]);
});

test("an aborted signal stops a job where it is, and it is gone on with later", async () => {
  await using server = await serve();
  await using folder = await temporaryFolder();
  const options = { directory: `${folder.path}/run`, session: { limits: { concurrency: 1 } } };
  const controller = new AbortController();
  const stopped = await runJob(jobOf(server.url), {
    ...options,
    signal: controller.signal,
    onEvent(event) {
      if (event.type === "settled" && event.outcome.request.url.endsWith("/one/1")) {
        controller.abort();
      }
    },
  });
  expect(stopped).toMatchObject({ state: "stopped", reason: "aborted" });
  expect(stopped.step("one").answered).toBe(1);
  const resumed = await runJob(jobOf(server.url), options);
  expect(resumed.state).toBe("finished");
  expect(counts(resumed)).toEqual([4, 4, 0, 0]);
  expect(server.targets.filter((target) => target === "/one/1")).toHaveLength(1);
});

test("failures are data; what cannot be run is refused in one sentence, and nothing is sent", async () => {
  await using server = await play((url, _request, response) => {
    if (url.pathname === "/one/2") refuse(response, 404);
    return url.pathname === "/list" ? players : {};
  });
  await using folder = await temporaryFolder();
  const options = { directory: `${folder.path}/run` };
  const result = await runJob(jobOf(server.url), options);
  expect(counts(result)).toEqual([4, 3, 1, 0]);
  const failed = (await all(result.step("one").outcomes())).filter(
    ({ outcome }) => outcome.kind === "failed",
  );
  expect(failed.map(({ row }) => row["id"])).toEqual([2]);
  server.targets.length = 0;
  const wrong = { base: server.url, steps: [{ url: "/{nmae}", rows: [{ name: "Ada" }] }] };
  await expect(runJob(wrong, options)).rejects.toThrow(
    'the job: steps[0].url has {nmae}, which no row has; did you mean "name"?',
  );
  await expect(runJob(jobOf(server.url), { ...options, maxRequests: 0 })).rejects.toThrow(
    RangeError,
  );
  await expect(runJob(jobOf(server.url), { ...options, set: { bsae: "x" } })).rejects.toThrow(
    "base",
  );
  expect(server.targets).toEqual([]);
});

test("the command line reads the run of a program, and sends a person back to it", async () => {
  await using server = await serve();
  await using folder = await temporaryFolder();
  const directory = `${folder.path}/run`;
  await runJob(jobOf(server.url), { directory, maxRequests: 2 });
  const shown = await fanfetch("show", `${directory}/steps/2-one`).in(folder);
  expect(shown.stdout).toContain("1 answered");
  const resumed = await fanfetch("resume", directory).in(folder);
  expect(resumed.exitCode).toBe(2);
  expect(resumed.stderr).toContain("begun by a program; run that again to go on with it");
});

test("a job that was run leaves no timer and no socket behind: its process ends by itself", async () => {
  await using server = await serve();
  await using folder = await temporaryFolder();
  const program = await folder.write(
    "program.ts",
    `import { runJob } from ${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)};
const result = await runJob(${JSON.stringify({
      base: server.url,
      steps: [
        { id: "list", url: "/list", each: "@" },
        { for: "list", url: "/one/{id}", save: "out/{id}.json" },
      ],
    })});
console.log(result.state, process.getActiveResourcesInfo().filter((one) => /tcp|timeout/i.test(one)).length);
`,
  );
  const ended = await promisify(execFile)(process.execPath, [program], { cwd: folder.path });
  expect(ended.stderr).toBe("");
  expect(ended.stdout).toBe("finished 0\n");
  expect(existsSync(`${folder.path}/out/3.json`)).toBe(true);
});

test("a step that follows links gives its pages as rows, and its files as outcomes", async () => {
  await using site = await startSite({
    "/": '<h1>Home</h1><a href="a.html">A</a> <a href="1.pdf">One</a>',
    "/a.html": "<h1>A</h1>",
    "/1.pdf": { body: "%PDF-1.4\n", headers: { "content-type": "application/pdf" } },
  });
  await using folder = await temporaryFolder();
  const job = defineJob({
    base: site.url,
    steps: [
      { id: "found", url: "/", download: "a[href$=pdf]", pick: { head: "css:h1" }, keep: true },
    ],
  });
  const result = await runJob(job, { directory: `${folder.path}/run` });
  expect(result).toMatchObject({ state: "finished" });
  const rows = await all(result.step("found").rows());
  expect(rows.map((row) => row["head"])).toEqual(["Home", "A"]);
  const outcomes = await all(result.step("found").outcomes());
  expect(outcomes.map(({ row }) => String(row["kind"])).toSorted()).toEqual([
    "file",
    "page",
    "page",
  ]);
});

test("a program asks what has changed since the run before, and has the counts", async () => {
  let changed = false;
  await using server = await play((url, request, response) => {
    if (url.pathname === "/list") return changed ? players.slice(1) : players;
    const etag = changed && url.pathname === "/one/3" ? '"new"' : '"old"';
    response.setHeader("etag", etag);
    if (request.headers["if-none-match"] !== etag) return { about: `${url.pathname} ${etag}` };
    response.statusCode = 304;
    response.end();
    return undefined;
  });
  await using folder = await temporaryFolder();
  using _cwd = vi.spyOn(process, "cwd").mockReturnValue(folder.path);
  const job = jobOf(server.url);
  const again = { earlier: "ask what has changed" } as const;
  const first = await runJob(job, again);
  expect(first.account.changes).toBeUndefined();
  changed = true;
  const second = await runJob(job, again);
  expect(second.state).toBe("finished");
  expect(second.directory).not.toBe(first.directory);
  expect(second.account.changes).toMatchObject({ new: 0, changed: 1, unchanged: 1, gone: 1 });
  expect(await all(second.step("one").rows())).toMatchObject([
    { id: 2, about: '/one/2 "old"' },
    { id: 3, about: '/one/3 "new"' },
  ]);
  await expect(runJob(job, { ...again, directory: `${folder.path}/x` })).rejects.toThrow(
    'earlier: "ask what has changed" begins a run of its own beside the earlier one; leave out directory',
  );
});
