import { rm } from "node:fs/promises";

import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { play, refuse } from "../support/played-server.ts";
import { temporaryFolder } from "../support/temp.ts";

function jobOf(url: string, outputs: string): string {
  return `
base: ${url}
steps:
  - { id: list, url: /list, each: "@" }
  - { id: one, for: list, url: "/one/{id}", ${outputs} }
`;
}

test("a second run asks for the list, and of what it lists for what is new; it tells what is gone", async () => {
  let ids = [1, 2, 3, 4, 5];
  await using server = await play((url) =>
    url.pathname === "/list" ? ids.map((id) => ({ id })) : { about: url.pathname },
  );
  await using folder = await temporaryFolder();
  await folder.write("job.yaml", jobOf(server.url, 'save: "out/{id}.json"'));
  await fanfetch("run", "job.yaml").in(folder);
  expect(server.targets).toHaveLength(6);
  server.targets.length = 0;
  ids = [7, 1, 2, 4, 5];
  const again = await fanfetch("run", "job.yaml", "--changed").in(folder);
  expect(again.exitCode).toBe(0);
  expect(again.stderr).toContain("one: 1 new, 0 changed, 4 unchanged, 1 gone");
  expect(again.stderr).toContain("6 inputs = 6 answered + 0 failed + 0 skipped");
  expect(server.targets.toSorted()).toEqual(["/list", "/one/7"]);
  expect(JSON.parse(await folder.read("out/7.json"))).toEqual({ about: "/one/7" });
  const verified = await fanfetch("verify").in(folder);
  expect(verified.exitCode).toBe(0);
  // A file that was taken away or changed since is asked for again.
  server.targets.length = 0;
  await rm(`${folder.path}/out/1.json`);
  await folder.write("out/2.json", "changed by hand");
  const third = await fanfetch("run", "job.yaml", "--changed").in(folder);
  expect(third.exitCode).toBe(0);
  expect(server.targets.toSorted()).toEqual(["/list", "/one/1", "/one/2"]);
  expect(JSON.parse(await folder.read("out/2.json"))).toEqual({ about: "/one/2" });
});

test("records are made again from answers that were kept, together with those of what is new", async () => {
  let ids = [1, 2];
  await using server = await play((url) =>
    url.pathname === "/list" ? ids.map((id) => ({ id })) : { about: url.pathname },
  );
  await using folder = await temporaryFolder();
  const outputs = "pick: { about: about }, keep: true, output: out.jsonl";
  await folder.write("job.yaml", jobOf(server.url, outputs));
  await fanfetch("run", "job.yaml").in(folder);
  ids = [2, 3];
  server.targets.length = 0;
  const again = await fanfetch("run", "job.yaml", "--changed", "--order", "input").in(folder);
  expect(again.exitCode).toBe(0);
  expect(server.targets.toSorted()).toEqual(["/list", "/one/3"]);
  const records = (await folder.read("out.jsonl")).trimEnd().split("\n");
  expect(records.map((line) => JSON.parse(line)).map(({ id, about }) => [id, about])).toEqual([
    [2, "/one/2"],
    [3, "/one/3"],
  ]);
});

test("retry asks again for what failed; the items of its answers come last", async () => {
  let isDown = true;
  await using server = await play((url, _request, response) => {
    if (url.pathname === "/list") return [{ id: 1 }, { id: 2 }, { id: 3 }];
    if (isDown && url.pathname === "/one/2") return refuse(response, 404);
    return [{ about: url.pathname }];
  });
  await using folder = await temporaryFolder();
  await folder.write("job.yaml", jobOf(server.url, 'each: "@", output: out.jsonl'));
  const first = await fanfetch("run", "job.yaml").in(folder);
  expect(first.exitCode).toBe(1);
  isDown = false;
  server.targets.length = 0;
  const again = await fanfetch("retry").in(folder);
  expect(again.exitCode).toBe(0);
  expect(server.targets).toEqual(["/one/2"]);
  expect(again.stderr).toContain("4 inputs = 4 answered + 0 failed + 0 skipped");
  const records = (await folder.read("out.jsonl")).trimEnd().split("\n");
  expect(records.map((line) => JSON.parse(line).id)).toEqual([1, 3, 2]);
  expect((await fanfetch("verify").in(folder)).exitCode).toBe(0);
});

test("a run that --changed began is gone on with as it was begun", async () => {
  let ids = [1, 2, 3];
  await using server = await play((url) =>
    url.pathname === "/list" ? ids.map((id) => ({ id })) : { about: url.pathname },
  );
  await using folder = await temporaryFolder();
  await folder.write("job.yaml", jobOf(server.url, 'save: "out/{id}.json"'));
  await fanfetch("run", "job.yaml").in(folder);
  ids = [1, 2, 3, 4, 5, 6];
  server.targets.length = 0;
  const stopped = await fanfetch("run", "job.yaml", "--changed", "--max-requests", "2").in(folder);
  expect(stopped.exitCode).toBe(3);
  const ended = await fanfetch("resume").in(folder);
  expect(ended.exitCode).toBe(0);
  expect(server.targets.toSorted()).toEqual(["/list", "/one/4", "/one/5", "/one/6"]);
});
