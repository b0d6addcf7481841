import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { headerValue } from "../core/headers.ts";
import { createRequest } from "../core/request.ts";
import { UsageError } from "../core/usage-error.ts";
import { createScriptedTransport } from "../transport/scripted.ts";
import { openCookies } from "./work-cookies.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "fanfetch-jar-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const at = (name: string): string => join(directory, name);

/** Asks once through the jar, saves it, and tells which cookies were sent. */
async function run(path: string, set: string): Promise<string | undefined> {
  const jar = await openCookies(path);
  const transport = createScriptedTransport([{ headers: { "set-cookie": set } }]);
  await jar.middleware(transport.send)(
    createRequest({ url: "http://a.example.com/" }),
    createCall(),
  );
  await jar.save();
  return headerValue(transport.asked[0]!.headers, "cookie");
}

describe("a jar", () => {
  test.each(["jar.json", "jar", "jar.txt"])(
    "%s keeps cookies from one run to the next",
    async (name) => {
      expect(await run(at(name), "n=1")).toBeUndefined();
      expect(await run(at(name), "m=2; HttpOnly")).toBe("n=1");
      expect(await run(at(name), "n=3")).toBe("n=1; m=2");
      expect(
        readFileSync(at(name), "utf8").startsWith(name.endsWith(".txt") ? "# Netscape" : "{"),
      ).toBe(true);
      expect(readdirSync(directory)).toEqual([name]);
    },
  );

  test("is its owner's alone to read, though it was not before", async () => {
    writeFileSync(at("jar"), "");
    chmodSync(at("jar"), 0o644);
    await run(at("jar"), "n=1");
    expect(statSync(at("jar")).mode & 0o777).toBe(0o600);
  });

  test("stays in the format it has, whatever its name", async () => {
    writeFileSync(at("jar"), "a.example.com\tFALSE\t/\tFALSE\t0\tn\tcurl's\n");
    expect(await run(at("jar"), "m=2")).toBe("n=curl's");
    expect(readFileSync(at("jar"), "utf8")).toContain("\tm\t2\n");
    writeFileSync(at("jar.txt"), '{"cookies":[]}');
    await run(at("jar.txt"), "n=1");
    expect(JSON.parse(readFileSync(at("jar.txt"), "utf8"))).toMatchObject({
      cookies: [{ key: "n" }],
    });
  });

  test("behind a link is written where it is", async () => {
    mkdirSync(at("kept"));
    writeFileSync(join(at("kept"), "jar"), "");
    symlinkSync(join(at("kept"), "jar"), at("link"));
    await run(at("link"), "n=1");
    expect(readFileSync(join(at("kept"), "jar"), "utf8")).toContain('"n"');
    expect(await run(at("link"), "n=2")).toBe("n=1");
  });

  test("does not keep what is over", async () => {
    await run(at("jar"), "n=1; Max-Age=0");
    expect(JSON.parse(readFileSync(at("jar"), "utf8"))).toEqual({ cookies: [] });
  });
});

describe("nothing is sent where a jar", () => {
  test.each([
    ["is damaged", () => writeFileSync(at("jar"), '{"cookies":[')],
    [
      "holds what cannot be sent",
      () => writeFileSync(at("jar"), '{"cookies":[{"key":"n","value":"a\\r\\nb","domain":"a.b"}]}'),
    ],
    ["is a folder", () => mkdirSync(at("jar"))],
  ])("%s", async (_case, prepare) => {
    prepare();
    await expect(openCookies(at("jar"))).rejects.toThrow(UsageError);
    await expect(openCookies(at("jar"))).rejects.toThrow(/^--cookie-jar: .*jar/);
  });

  test("cannot be written", async () => {
    await expect(openCookies(at("missing/jar"))).rejects.toThrow(UsageError);
    expect(readdirSync(directory)).toEqual([]);
  });
});

test("/dev/null keeps cookies for the run alone, and stays what it is", async () => {
  expect(await run("/dev/null", "n=1")).toBeUndefined();
  expect(await run("/dev/null", "n=1")).toBeUndefined();
  expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
});
