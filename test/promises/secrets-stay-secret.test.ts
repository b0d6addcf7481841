import { describe, expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld, type World } from "../support/world.ts";

const SECRET = "s3cr3t-9f2c";
const CREDENTIALS = [
  ...["-H", `Authorization: Bearer ${SECRET}`],
  ...["-b", `session=${SECRET}`],
  ...["-H", `X-Api-Key: ${SECRET}`],
  ...["-H", `X-Unheard-Of: ${SECRET}`],
];

/** A URL of one world that redirects to another. */
function acrossFrom(from: World, to: World, path = "/echo", status = 302): string {
  return from.at(`/redirect-to?status=${status}&url=${encodeURIComponent(to.at(path))}`);
}

describe("across origins", () => {
  test.each([301, 302, 303, 307, 308])(
    "a redirect %i takes no credential along",
    async (status) => {
      await using home = await startWorld();
      await using other = await startWorld();
      const ended = await fanfetch("get", acrossFrom(home, other, "/echo", status), ...CREDENTIALS);
      expect(ended.exitCode).toBe(0);
      const { headers } = home.seen.requests()[0]!;
      expect(headers).toMatchObject({
        authorization: `Bearer ${SECRET}`,
        cookie: `session=${SECRET}`,
        "x-api-key": SECRET,
        "x-unheard-of": SECRET,
      });
      expect(other.seen.total).toBe(1);
      expect(JSON.stringify(other.seen.requests()[0]!.rawHeaders)).not.toContain(SECRET);
      expect(Object.keys(other.seen.requests()[0]!.headers)).not.toContain("referer");
    },
  );

  test("a chain that comes home again brings no credential back", async () => {
    await using home = await startWorld();
    await using other = await startWorld();
    const back = `/redirect-to?url=${encodeURIComponent(home.at("/echo"))}`;
    const ended = await fanfetch("get", acrossFrom(home, other, back), ...CREDENTIALS);
    expect(ended.exitCode).toBe(0);
    const last = home.seen.requests().at(-1)!;
    expect(last.path).toBe("/echo");
    expect(JSON.stringify(last.rawHeaders)).not.toContain(SECRET);
  });

  test("within an origin credentials go along", async () => {
    await using home = await startWorld();
    expect((await fanfetch("get", home.at("/redirect/2/echo"), ...CREDENTIALS)).exitCode).toBe(0);
    expect(home.seen.total).toBe(3);
    for (const { headers } of home.seen.requests()) expect(headers["x-api-key"]).toBe(SECRET);
  });

  test.each([301, 302, 303, 307, 308])(
    "a redirect %i sends no body to another origin",
    async (status) => {
      await using home = await startWorld();
      await using other = await startWorld();
      await fanfetch("get", acrossFrom(home, other, "/echo", status), "-d", `password=${SECRET}`);
      expect(home.seen.requests()[0]).toMatchObject({ method: "POST", body: `password=${SECRET}` });
      for (const { body, method } of other.seen.requests()) {
        expect(body).toBe("");
        expect(method).toBe("GET");
      }
      expect(other.seen.total).toBe(status < 304 ? 1 : 0);
    },
  );
});

describe("what is shown", () => {
  test("a password in a URL is sent, and shown nowhere", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    const url = (path: string): string => world.at(path).replace("://", `://user:${SECRET}@`);
    const ended = await fanfetch(
      ...["get", url("/json/1"), url("/status/404"), url("/reset"), "--retries", "0"],
      ...["--summary", "s.json"],
    ).in(folder);
    expect(ended.exitCode).toBe(1);
    const basic = `Basic ${Buffer.from(`user:${SECRET}`).toString("base64")}`;
    for (const { headers } of world.seen.requests()) expect(headers["authorization"]).toBe(basic);
    const shown = ended.stdout + ended.stderr + (await folder.read("s.json"));
    expect(shown).not.toContain(SECRET);
    expect(shown).not.toContain(basic.slice("Basic ".length));
  });

  test("records, progress and errors hold no credential", async () => {
    await using world = await startWorld();
    const url = (path: string): string => world.at(path).replace("://", `://user:${SECRET}@`);
    for (const progress of ["json", "plain"]) {
      const ended = await fanfetch(
        ...["get", url("/json/1"), url("/status/404"), "-o", "-", "--progress", progress],
        ...CREDENTIALS,
      );
      expect(ended.stdout).not.toBe("");
      expect(ended.stdout + ended.stderr).not.toContain(SECRET);
    }
  });

  test("a URL that is refused is refused without its password", async () => {
    const ended = await fanfetch("get", `ftp://user:${SECRET}@127.0.0.1/x`);
    expect(ended.exitCode).toBe(2);
    expect(ended.stdout + ended.stderr).not.toContain(SECRET);
  });

  test("a server's words reach no terminal as they are", async () => {
    await using world = await startWorld();
    const path = `/header/x-a/b/redirect-to?url=${encodeURIComponent("http://\u001B[31m\u202E/")}`;
    const ended = await fanfetch("get", world.at(path), world.at("/status/404"));
    expect(ended.exitCode).toBe(1);
    // Line ends apart, no control is written: neither C0, DEL and C1 nor one of direction (\p{Cf}).
    expect((ended.stdout + ended.stderr).replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
