import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";

import { makeCertificates } from "../wire/certificates.ts";
import { fanfetch } from "../support/cli.ts";
import { startSite } from "../support/site.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

const to = (location: string, status = 302) => ({ status, headers: { location } });

test("28 redirects in a circle end after ten, and the chain is kept with the row", async () => {
  await using site = await startSite({ "/a": to("/b"), "/b": to("/a") });
  await using folder = await temporaryFolder();
  const ended = await fanfetch("get", site.at("/a"), "-o", "out.jsonl").in(folder);
  expect(ended.exitCode).toBe(1);
  const { error } = JSON.parse(await folder.read("out.jsonl"));
  expect(error).toMatchObject({ code: "E_REDIRECT" });
  expect(error.message).toContain("more than 10 redirects");
  expect(site.asked).toHaveLength(11);
  const { stdout } = await fanfetch("explain", "1", "--format", "json").in(folder);
  const { redirects } = JSON.parse(stdout);
  expect(redirects).toEqual(
    Array.from({ length: 11 }, (_, n) => site.at(n % 2 === 0 ? "/a" : "/b")),
  );
  const words = await fanfetch("explain", "1").in(folder);
  expect(words.stdout.match(/redirected to /g)).toHaveLength(10);
});

test("29 a redirect without a Location is an answer of its status; a relative one and one with a fragment are followed", async () => {
  await using site = await startSite({
    "/nowhere": { status: 302 },
    "/x/relative": to("../end?q=1"),
    "/fragment": to("/end#part"),
    "/end": "end",
    "/end?q=1": "end",
  });
  await using folder = await temporaryFolder();
  const paths = ["/nowhere", "/x/relative", "/fragment"];
  const words = [...paths.map((path) => site.at(path)), "-o", "out.jsonl", "--order", "input"];
  expect(await fanfetch("get", ...words).in(folder)).toMatchObject({ exitCode: 1 });
  const lines = (await folder.read("out.jsonl")).trimEnd().split("\n");
  const [nowhere, relative, fragment] = lines.map((line) => JSON.parse(line));
  expect(nowhere).toMatchObject({ status: 302, error: { code: "E_STATUS" } });
  expect(relative).toMatchObject({ status: 200, url: site.at("/end?q=1"), error: null });
  expect(fragment).toMatchObject({ status: 200, url: site.at("/end"), error: null });
});

test("29 a Location of 1 MiB is refused for good, and no part of it is asked for", async () => {
  await using site = await startSite({ "/long": to(`/${"a".repeat(1024 * 1024)}`) });
  const ended = await fanfetch("get", site.at("/long"), "-o", "-");
  expect(ended.exitCode).toBe(1);
  expect(JSON.parse(ended.stdout)).toMatchObject({ error: { code: "E_PROTOCOL" }, attempts: 1 });
  expect(ended.stdout.length + ended.stderr.length).toBeLessThan(4_000);
  expect(site.asked).toEqual(["/long"]);
});

test("30 https does not lead down to http, unless that is allowed", async () => {
  await using site = await startSite({ "/": "plain" });
  const { selfSigned } = makeCertificates();
  const server = createServer(selfSigned, (_request, response) => {
    response.writeHead(301, { location: site.at("/") }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const words = ["get", `https://127.0.0.1:${port}/`, "--insecure", "127.0.0.1", "-o", "-"];
    const refused = await fanfetch(...words);
    expect(refused.exitCode).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      status: 301,
      error: { code: "E_REDIRECT" },
    });
    expect(refused.stderr).toContain("--allow-downgrade");
    expect(site.asked).toEqual([]);
    const allowed = await fanfetch(...words, "--allow-downgrade");
    expect(allowed.exitCode).toBe(0);
    expect(JSON.parse(allowed.stdout)).toMatchObject({ status: 200, body: "plain" });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test("31 rows that all end at one page are told of", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const rows = Array.from({ length: 12 }, (_, n) => `${n}\n`);
  await folder.write("rows.csv", `n\n${rows.join("")}`);
  const url = world.at("/redirect-to?url=/echo%3Fnext={n}");
  const walled = await fanfetch("map", "rows.csv", url, "-o", "out.csv").in(folder);
  expect(walled.exitCode, walled.stderr).toBe(0);
  expect(walled.stderr).toContain(
    `12 of 12 answers came from one page, to which redirects led: ${world.at("/echo")}`,
  );
  const free = await fanfetch("map", "rows.csv", world.at("/echo?n={n}"), "-o", "free.csv").in(
    folder,
  );
  expect(free.stderr).not.toContain("one page");
});
