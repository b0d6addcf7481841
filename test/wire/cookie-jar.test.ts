import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { openSession } from "../../src/engine/session.ts";
import { reply, startRawServer } from "./raw-server.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "fanfetch-jar-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const MAIN = new URL("../../src/cli/main.ts", import.meta.url).href;

/** Runs the command line from its sources. */
async function fanfetch(...args: readonly string[]) {
  const script = `import { main } from ${JSON.stringify(MAIN)}; await main(process.argv.slice(1));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, "--", ...args]);
  const [out, err] = [child.stdout.toArray(), child.stderr.toArray()];
  const [status] = (await once(child, "close")) as [number];
  const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString();
  return { status, stdout: text(await out), stderr: text(await err) };
}

/** Sets a cookie at `/in`, on the way to `/home`, which shows what it was sent. */
const login = () =>
  startRawServer((socket, _count, head) => {
    if (head.startsWith("GET /in ")) {
      socket.write(
        reply("", ["set-cookie: session=abc; HttpOnly", "location: /home"], "302 Found"),
      );
    } else socket.write(reply(/^cookie: (.*)$/im.exec(head)?.[1] ?? "nobody"));
  });

test("--cookie-jar keeps a login from one run to the next, beside what -b gives", async () => {
  await using server = await login();
  const jar = join(directory, "jar.txt");
  const get = (path: string, ...more: readonly string[]) =>
    fanfetch("get", server.origin + path, "--cookie-jar", jar, "-o", "-", "-q", ...more);
  const first = await get("/in", "-b", "lang=de");
  expect(first.stderr).toBe("");
  expect(first.status).toBe(0);
  expect(JSON.parse(first.stdout)).toMatchObject({ status: 200, body: "lang=de; session=abc" });
  expect(readFileSync(jar, "utf8")).toMatch(
    /^#HttpOnly_127\.0\.0\.1\tFALSE\t\/\tFALSE\t0\tsession\tabc$/m,
  );
  expect(JSON.parse((await get("/home")).stdout)).toMatchObject({ body: "session=abc" });
});

test("without it no cookie is kept", async () => {
  await using server = await login();
  const { stdout } = await fanfetch("get", `${server.origin}/in`, "-o", "-", "-q");
  expect(JSON.parse(stdout)).toMatchObject({ body: "nobody" });
});

test("a damaged jar is wrong use: nothing is sent", async () => {
  await using server = await login();
  const jar = join(directory, "jar.txt");
  writeFileSync(jar, "<html>");
  const run = await fanfetch("get", `${server.origin}/in`, "--cookie-jar", jar);
  expect(run.status).toBe(2);
  expect(run.stderr).toBe(`fanfetch: --cookie-jar: ${jar}:1 is no line of a cookie file\n`);
  expect(server.requests).toEqual([]);
});

test("a session keeps cookies where it is asked to", async () => {
  await using server = await login();
  await using keeping = openSession({ cookies: "keep" });
  expect((await keeping.fetch(`${server.origin}/in`)).text()).toBe("session=abc");
  expect((await keeping.fetch(`${server.origin}/home`)).text()).toBe("session=abc");
  await using plain = openSession();
  expect((await plain.fetch(`${server.origin}/in`)).text()).toBe("nobody");
});

test("--allow-private and its default are told to the session", async () => {
  await using server = await startRawServer((socket, _count, head) =>
    socket.write(
      head.startsWith("GET /in ") ? reply("", ["location: /there"], "302 Found") : reply("there"),
    ),
  );
  // The server is private itself, so that its redirect may lead to a private address.
  await using session = openSession({ redirectsTo: "public" });
  const response = await session.fetch(`${server.origin}/in`);
  expect([response.text(), response.remoteAddress]).toEqual(["there", "127.0.0.1"]);
});
