import { readFile, stat } from "node:fs/promises";

import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { play, refuse } from "../support/played-server.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

test("a job of a program is run as a file is, its functions with it", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const job = {
    base: `${world.url}/stats`,
    headers: { "user-agent": "Mozilla/5.0" },
    steps: "STEPS",
  };
  const steps = `[
    {
      id: "list",
      url: "/commonallplayers?season=2016-17",
      each: (answer: { json(): any }) => answer.json().resultSets[0].rowSet.slice(0, 3).map((row: any[]) => ({ id: row[0] })),
    },
    { for: "list", url: "/commonplayerinfo?playerid={id}", save: "{id}.json" },
  ]`;
  await folder.write(
    "players.ts",
    `import { defineJob } from "fanfetch";
export default defineJob(${JSON.stringify(job).replace('"STEPS"', steps)});\n`,
  );
  const ended = await fanfetch("run", "players.ts").in(folder);
  expect(ended.exitCode).toBe(0);
  expect(ended.stderr).toContain("4 inputs = 4 answered + 0 failed + 0 skipped");
  expect(world.seen.total).toBe(4);
  const again = await fanfetch("run", "players.ts", "--progress", "json").in(folder);
  const account = JSON.parse(again.stderr.trimEnd().split("\n").at(-1)!) as object;
  expect(account).toMatchObject({
    type: "account",
    inputs: 4,
    run: expect.stringMatching(/^\.fanfetch\/\d{4}-\d{4}-players$/),
  });
  const shown = (await fanfetch("show").in(folder)).stdout;
  // The list writes nothing, the other step its files.
  expect(shown.match(/^outputs$/gm)).toHaveLength(1);
});

test("a login goes first, and all others send its cookies; a resumed run logs in again", async () => {
  const asked: (readonly [string, string | undefined])[] = [];
  let isOpen = false;
  await using server = await play((url, request, response) => {
    asked.push([url.pathname, request.headers.cookie]);
    if (url.pathname === "/login") response.setHeader("set-cookie", `session=${asked.length}`);
    else if (!isOpen && url.pathname === "/3") return refuse(response, 401);
    return { ok: true };
  });
  await using folder = await temporaryFolder();
  await folder.write(
    "login.yaml",
    `
base: ${server.url}
auth: { kind: login, step: login }
steps:
  - { id: page, rows: [1, 2, 3], url: "/{value}", save: "{value}.json" }
  - { id: login, url: /login, method: GET }
`,
  );
  const first = await fanfetch("run", "login.yaml", "--max-requests", "3").in(folder);
  expect(first.exitCode).toBe(3);
  expect(asked[0]).toEqual(["/login", undefined]);
  expect(asked.slice(1).map(([, cookie]) => cookie)).toEqual(["session=1", "session=1"]);
  isOpen = true;
  const ended = await fanfetch("resume").in(folder);
  expect(ended.exitCode).toBe(0);
  expect(asked[3]).toEqual(["/login", undefined]);
  expect(asked.slice(4).map(([, cookie]) => cookie)).toEqual(["session=4"]);
  expect((await folder.names()).filter((name) => /^\d\.json$/.test(name))).toHaveLength(3);
});

test("tokens that end are had anew by one request at a time, and no row fails for it", async () => {
  let [tokens, atOnce, most] = [0, 0, 0];
  await using server = await play(async (url, request, response) => {
    if (url.pathname === "/token") {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => setTimeout(resolve, 20));
      atOnce -= 1;
      tokens += 1;
      return { access_token: `t${tokens}`, token_type: "Bearer", expires_in: 3600 };
    }
    // Each token is good for some thirty answers.
    const token = request.headers.authorization;
    const number = server.targets.filter((target) => !target.startsWith("/token")).length;
    if (token !== `Bearer t${Math.max(tokens, 1)}` || number > tokens * 30) {
      return refuse(response, 401);
    }
    return { ok: true };
  });
  await using folder = await temporaryFolder();
  await folder.write("ids.csv", `id\n${Array.from({ length: 80 }, (_, id) => id).join("\n")}\n`);
  await folder.write(
    "oauth.yaml",
    `
base: ${server.url}/v1
auth:
  kind: oauth2
  tokenUrl: ${server.url}/token
  clientId: me
  clientSecret: "\${SECRET}"
steps:
  - { rows: ids.csv, url: "/{id}", pick: { ok: ok }, output: ok.csv }
`,
  );
  const ended = await fanfetch("run", "oauth.yaml", "-j", "5").in(folder).env({ SECRET: "hidden" });
  expect(ended.stderr).toContain("80 inputs = 80 answered + 0 failed + 0 skipped");
  expect(most).toBe(1);
  expect(tokens).toBeGreaterThan(1);
});

test("the environment's values are in no file of a run, and in nothing that is said", async () => {
  await using server = await play((url, _request, response) =>
    url.searchParams.get("id") === "2" ? refuse(response, 404) : { ok: true },
  );
  await using folder = await temporaryFolder();
  const secret = "s3cret/of mine";
  await folder.write(
    "secret.yaml",
    `
base: ${server.url}
vars: { app: "\${APP}" }
steps:
  - rows: [1, 2, 3]
    url: /{value}
    params: { id: "{value}", app: "\${APP}" }
    pick: { ok: ok }
    keep: true
    output: out.jsonl
`,
  );
  const ended = await fanfetch("run", "secret.yaml", "--progress", "json")
    .in(folder)
    .env({ APP: secret });
  expect(ended.exitCode).toBe(1);
  expect(server.targets.every((target) => target.includes(encodeURIComponent(secret)))).toBe(true);
  const shown = await fanfetch("explain", "2").in(folder).env({ APP: secret });
  const texts = [ended.stderr, shown.stdout, shown.stderr];
  for (const name of await folder.names()) {
    const path = `${folder.path}/${name}`;
    if ((await stat(path)).isFile()) texts.push((await readFile(path)).toString("latin1"));
  }
  for (const text of texts) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(encodeURIComponent(secret));
  }
});

test.each([
  ["no file", ["run"], "run needs a job file"],
  ["two files", ["run", "a.yaml", "b.yaml"], "run takes one job file"],
  ["a file that is not there", ["run", "no.yaml"], "no.yaml cannot be read: there is no such file"],
  [
    "a wrong key",
    ["run", "key.yaml"],
    'steps[0].eech is not a key of a step; did you mean "each"?',
  ],
  ["a variable that is none", ["run", "good.yaml", "--set", "seeson=1"], "seeson"],
  ["an output without a format", ["run", "out.yaml"], "out.bin"],
  ["a secret that is not set", ["run", "secret.yaml"], "NOT_SET"],
  ["an output that is there", ["run", "there.yaml"], "there.jsonl exists and is not this run's"],
  ["a book that is there", ["run", "links.yaml"], "there.pdf exists and is not this run's"],
  ["a cap that is none", ["run", "good.yaml", "--max-cost", "1"], "--max-cost needs --price"],
])("%s is told before anything is sent, and leaves nothing", async (_what, argv, words) => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const step = `base: ${world.url}\nsteps:\n  - url: /answer/1`;
  await folder.write("good.yaml", `vars: { season: "1" }\n${step}\n`);
  await folder.write("key.yaml", `${step}\n    eech: a\n`);
  await folder.write("out.yaml", `${step}\n    output: out.bin\n`);
  await folder.write("secret.yaml", `${step}?key=\n    headers: { x-api-key: "\${NOT_SET}" }\n`);
  await folder.write("links.yaml", `${step}\n    merge: there.pdf\n`);
  await folder.write("there.yaml", `${step}\n    output: there.jsonl\n`);
  await folder.write("there.jsonl", "mine\n");
  await folder.write("there.pdf", "mine\n");
  const ended = await fanfetch(...argv).in(folder);
  expect(ended.stderr).toContain(words);
  expect(ended.exitCode).toBe(2);
  expect(world.seen.total).toBe(0);
  expect(await folder.names()).not.toContain(".fanfetch");
  expect(await folder.read("there.jsonl")).toBe("mine\n");
});

test("plan tells what a job would send as far as it is known, and sends nothing", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const rows = Array.from({ length: 25 }, (_, index) => `n${index}`);
  await folder.write("names.csv", `name\n${rows.join("\n")}\n`);
  await folder.write(
    "names.yaml",
    `
base: ${world.url}
steps:
  - id: names
    rows: names.csv
    url: /
    batch: { size: 10, value: "{name}", into: "name[]", pair: name }
    each: "@"
  - { id: one, for: names, url: "/answer/{name}", save: "{name}.json" }
`,
  );
  const planned = await fanfetch("plan", "run", "names.yaml", "--price", "2").in(folder);
  expect(planned.exitCode).toBe(0);
  expect(planned.stdout).toContain("3 distinct requests");
  expect(planned.stdout).toContain("step one: a request for each row that names will give");
  expect(planned.stdout).toContain("6.00");
  expect(world.seen.total).toBe(0);
  expect(await folder.names()).toEqual(["names.csv", "names.yaml"]);
  await fanfetch("run", "names.yaml", "--max-requests", "5").in(folder);
  expect(world.seen.total).toBe(5);
  const later = await fanfetch("plan", "run", "names.yaml").in(folder);
  expect(later.stdout).toContain("25 distinct requests");
  expect(later.stdout).toContain("23 requests are still owed");
  expect(world.seen.total).toBe(5);
});

test("a second process on a job's run is refused with the number of the first", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("slow.yaml", `base: ${world.url}\nsteps: [{ url: /hang, save: a.json }]\n`);
  const first = fanfetch("run", "slow.yaml")
    .in(folder)
    .kill("SIGKILL")
    .after(
      world.seen.reached(1).then(async () => {
        const second = await fanfetch("run", "slow.yaml").in(folder);
        expect(second.exitCode).toBe(7);
        expect(second.stderr).toMatch(/is being run by process \d+/);
      }),
    );
  expect((await first).signal).toBe("SIGKILL");
  expect(world.seen.total).toBe(1);
});

test("a job that has changed is another run; resume says so", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const job = (path: string) => `base: ${world.url}\nsteps: [{ url: ${path}, save: a.json }]\n`;
  await folder.write("job.yaml", job("/answer/1"));
  await fanfetch("run", "job.yaml").in(folder);
  await folder.write("job.yaml", job("/answer/2"));
  const resumed = await fanfetch("resume").in(folder);
  expect(resumed.exitCode).toBe(2);
  expect(resumed.stderr).toContain("has changed since");
});
