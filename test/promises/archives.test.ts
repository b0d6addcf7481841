import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { readWarc, type WarcRecord } from "../support/read-warc.ts";
import { startSite } from "../support/site.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

async function archiveIn(folder: TemporaryFolder, name = "site.warc.gz") {
  return readWarc(await readFile(join(folder.path, name)));
}

/** The URLs of the records of these types, in the order of the archive. */
function targetsOf(records: readonly WarcRecord[], ...types: readonly string[]) {
  return records
    .filter(({ type }) => types.includes(type))
    .map(({ fields }) => fields.get("WARC-Target-URI")!);
}

test("a crawl's archive has every answer once, with its request, redirects and refusals too", async () => {
  await using site = await startSite({
    "/": `<a href=/a>a</a> <a href=/copy>copy</a> <a href=/moved>moved</a> <a href=/none>none</a>`,
    "/a": "the same",
    "/copy": "the same",
    "/moved": { status: 301, headers: { location: "/there" } },
    "/there": { headers: { "content-type": "text/plain" }, body: "there" },
  });
  await using folder = await temporaryFolder();
  const ended = await fanfetch("crawl", site.url, "-o", "site.warc.gz", "-u", "me:pw5ecret").in(
    folder,
  );
  expect(ended.exitCode).toBe(1);
  const records = await archiveIn(folder);
  const wanted = ["/", "/a", "/copy", "/moved", "/none", "/there"].map((path) => site.at(path));
  expect(targetsOf(records, "response", "revisit").toSorted()).toEqual(wanted);
  expect(targetsOf(records, "request").toSorted()).toEqual(wanted);
  expect(targetsOf(records, "revisit")).toHaveLength(1);
  const missing = records.find(({ head }) => head.startsWith("HTTP/1.1 404"));
  expect(missing!.payload.toString()).toBe("not there");
  const all = records.map(({ block }) => block.toString()).join();
  expect(all).toContain("user-agent: fanfetch/");
  expect(all).not.toContain(Buffer.from("me:pw5ecret").toString("base64"));
  expect(await fanfetch("verify").in(folder)).toMatchObject({ exitCode: 0 });
});

test("killed and resumed, an archive has whole records, each answer once", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const paths = Array.from({ length: 60 }, (_, index) => `/slow/40ms/json/${index + 1}`);
  await folder.write("urls.txt", paths.map((path) => world.at(path)).join("\n"));
  const killed = await fanfetch(
    "get",
    "--from",
    "urls.txt",
    "-o",
    "site.warc.gz",
    "--per-host",
    "4",
  )
    .in(folder)
    .kill("SIGKILL")
    .after(world.seen.reached(30));
  expect(killed.signal).toBe("SIGKILL");
  const ended = await fanfetch("resume").in(folder);
  expect(ended.exitCode, ended.stderr).toBe(0);
  const records = await archiveIn(folder);
  expect(targetsOf(records, "warcinfo")).toHaveLength(1);
  expect(targetsOf(records, "response", "revisit").toSorted()).toEqual(
    paths.map((path) => world.at(path)).toSorted(),
  );
  expect(await fanfetch("verify").in(folder)).toMatchObject({ exitCode: 0 });
});

test("verify and resume tell of an archive that somebody changed", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const words = ["get", world.at("/json/1"), world.at("/status/503"), "-o", "site.warc"];
  expect(await fanfetch(...words, "--retries", "0").in(folder)).toMatchObject({ exitCode: 1 });
  const text = await folder.read("site.warc");
  await folder.write("site.warc", text.replace("HTTP/1.1 200", "HTTP/1.1 201"));
  const verified = await fanfetch("verify").in(folder);
  expect(verified.exitCode).toBe(1);
  expect(verified.stdout).toContain("site.warc is changed");
  expect(await fanfetch("retry").in(folder)).toMatchObject({ exitCode: 2 });
});

test("retry adds what comes now; what came before stays", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const url = world.at("/status/404/then/json/1");
  const words = ["get", url, "-o", "site.warc.gz"];
  expect(await fanfetch(...words).in(folder)).toMatchObject({ exitCode: 1 });
  expect(await fanfetch("retry").in(folder)).toMatchObject({ exitCode: 0 });
  const records = await archiveIn(folder);
  const came = records
    .filter(({ type }) => type === "response")
    .map(({ head }) => head.slice(9, 12));
  expect(came).toEqual(["404", "200"]);
  expect(await fanfetch("verify").in(folder)).toMatchObject({ exitCode: 0 });
});

test("bodies that are saved are in the archive too, large ones read where they stand", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const url = world.at("/bytes/3MB");
  const words = ["get", url, "--save", "{number}.bin", "-o", "site.warc.gz"];
  const ended = await fanfetch(...words).in(folder);
  expect(ended.exitCode, ended.stderr).toBe(0);
  const [came] = (await archiveIn(folder)).filter(({ type }) => type === "response");
  expect(came!.payload.equals(await readFile(join(folder.path, "1.bin")))).toBe(true);
  expect(came!.payload.byteLength).toBe(3_000_000);
});

test("a step of a job and a table of rows write archives as well", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", "n\n1\n2\n");
  const step = `    url: /json/{n}\n    output: step.warc.gz\n`;
  await folder.write(
    "job.yaml",
    `name: j\nbase: ${world.url}\nsteps:\n  - id: one\n    rows: rows.csv\n${step}`,
  );
  const ran = await fanfetch("run", "job.yaml").in(folder);
  expect(ran.exitCode, ran.stderr).toBe(0);
  expect(targetsOf(await archiveIn(folder, "step.warc.gz"), "response")).toHaveLength(2);
  const mapped = await fanfetch("map", "rows.csv", world.at("/json/{n}"), "-o", "m.warc.gz").in(
    folder,
  );
  expect(mapped.exitCode, mapped.stderr).toBe(0);
  expect(targetsOf(await archiveIn(folder, "m.warc.gz"), "request")).toHaveLength(2);
});

test("what no archive can hold is refused before anything is sent", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const get = (...more: readonly string[]) =>
    fanfetch("get", world.at("/json/1"), ...more).in(folder);
  const picked = await get("-o", "a.warc.gz", "--pick", "a");
  expect(picked.stderr).toContain("--pick cannot stand beside -o a.warc.gz: ");
  const sorted = await get("-o", "a.warc", "--order", "input");
  expect(sorted.stderr).toContain("--order input cannot stand beside -o a.warc: ");
  const misspelt = await get("-o", "a.warc.g");
  expect(misspelt.stderr).toContain("its extension names no format");
  await folder.write(
    "job.yaml",
    `name: j\nsteps:\n  - id: one\n    url: ${world.at("/json/1")}\n    pick: a\n    output: a.warc\n`,
  );
  const job = await fanfetch("run", "job.yaml").in(folder);
  expect(job.stderr).toContain("job.yaml:5:5: steps[0].pick cannot stand beside output: a.warc");
  expect(await get("--keep", "-o", "kept.jsonl")).toMatchObject({ exitCode: 0 });
  const extracted = await fanfetch("extract", "-o", "a.warc.gz").in(folder);
  expect(extracted.stderr).toContain("export makes a .warc.gz of kept answers");
  const codes = [picked, sorted, misspelt, job, extracted].map(({ exitCode }) => exitCode);
  expect(codes).toEqual([2, 2, 2, 2, 2]);
  expect(world.seen.total).toBe(1);
});
