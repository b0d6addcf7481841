import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";

const URL = "http://127.0.0.1:1/{a}";

/** In a folder that is not there any more. */
const GONE = ["sh", "-c", 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', "sh"];

describe.runIf(existsSync("/proc/self/mem"))("where a process should not be", () => {
  test.each([
    ["get", ["get", "http://127.0.0.1:1/"]],
    ["a run on disk", ["get", "http://127.0.0.1:1/", "-o", "x.csv"]],
    ["map", ["map", "../t.csv", URL]],
    ["a job", ["run", "job.yaml"]],
    ["runs", ["runs"]],
  ])("the current folder is gone: %s", async (_, argv) => {
    await using folder = await temporaryFolder();
    const { exitCode, stderr } = await fanfetch(...argv)
      .in(folder)
      .through(...GONE);
    expect(stderr).toBe("fanfetch: the current folder is not there any more\n");
    expect(exitCode).toBe(2);
  });

  test.each([
    ["a run", ["get", "http://127.0.0.1:1/", "--run", "/proc/self/r"]],
    ["a run with a table", ["get", "http://127.0.0.1:1/", "-o", "x.csv", "--run", "/proc/r/s"]],
    ["a rehearsal", ["rehearse", "get", "http://127.0.0.1:1/", "--into", "/proc/r/s"]],
  ])("no folder can be made there: %s", async (_, argv) => {
    await using folder = await temporaryFolder();
    const { exitCode, stderr } = await fanfetch(...argv).in(folder);
    expect(stderr).toMatch(/^fanfetch: .*\/proc\/.*no such file.*\n$/);
    expect(exitCode).toBe(2);
    expect(await folder.names()).toEqual([]);
  });

  test("a disk that takes no temporary folder is named", async () => {
    await using folder = await temporaryFolder();
    const TMPDIR = await folder.write("file", "");
    const { exitCode, stderr } = await fanfetch("rehearse", "get", "http://127.0.0.1:1/").env({
      TMPDIR,
    });
    expect(stderr).toBe(`fanfetch: cannot write ${TMPDIR}: not a directory\n`);
    expect(exitCode).toBe(4);
  });
});

describe.runIf(existsSync("/proc/self/mem"))("an input that cannot be read", () => {
  test("a disk that fails while a table is read", async () => {
    const { exitCode, stderr } = await fanfetch("map", "/proc/self/mem", URL, "--format", "csv");
    expect(stderr).toBe("fanfetch: /proc/self/mem: i/o error\n");
    expect(exitCode).toBe(2);
  });

  test("a folder as standard input is no empty table", async () => {
    const { exitCode, stderr, stdout } = await fanfetch("map", "-", URL).through(
      ...["sh", "-c", 'exec "$@" < /tmp', "sh"],
    );
    expect(stderr).toBe("fanfetch: stdin is a folder, not a file\n");
    expect([exitCode, stdout]).toEqual([2, ""]);
  });

  test("a socket in place of a pipe", async () => {
    await using folder = await temporaryFolder();
    const server = createServer();
    await once(server.listen(join(folder.path, "socket")), "listening");
    const { exitCode, stderr } = await fanfetch("map", "socket", URL).in(folder);
    server.close();
    expect(stderr).toMatch(/^fanfetch: stdin: no such device.*\n$/);
    expect(exitCode).toBe(2);
  });
});

test.runIf(existsSync("/dev/full"))("a version that cannot be written", async () => {
  const { exitCode, stderr } = await fanfetch("--version").through(
    ...["sh", "-c", 'exec "$@" > /dev/full', "sh"],
  );
  expect(stderr).toBe("fanfetch: cannot write the output: no space left on device\n");
  expect(exitCode).toBe(4);
});

test.each([
  [
    "rows.csv",
    gzipSync("a,b\n1,2\n"),
    "rows.csv is compressed; unpack it first, for example with: gunzip",
  ],
  [
    "rows.csv",
    "PK\u0003\u0004xl",
    "rows.csv is a ZIP archive, as .xlsx files are; save it as CSV in UTF-8",
  ],
])("a table that is packed is told by its first bytes", async (name, content, says) => {
  await using folder = await temporaryFolder();
  await folder.write(name, content);
  const { exitCode, stderr } = await fanfetch("map", name, URL).in(folder);
  expect(stderr).toBe(`fanfetch: ${says}\n`);
  expect(exitCode).toBe(2);
});

test.each([
  ["--cookie-jar", "nope/jar", "--cookie-jar: nope/jar: no such file or directory"],
  ["--json", "@rows.csv", "--json @rows.csv is not JSON: "],
])("a file of %s that is none is named", async (option, value, says) => {
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", "a\n1\n");
  const { exitCode, stderr } = await fanfetch("get", "http://127.0.0.1:1/", option, value).in(
    folder,
  );
  expect(stderr.startsWith(`fanfetch: ${says}`), stderr).toBe(true);
  expect([exitCode, stderr.split("\n").length]).toEqual([2, 2]);
});

test("a job's module that throws what is no error is named", async () => {
  await using folder = await temporaryFolder();
  await folder.write("job.ts", "throw null;\n");
  const { exitCode, stderr } = await fanfetch("run", "job.ts").in(folder);
  expect(stderr).toBe("fanfetch: job.ts cannot be loaded: null\n");
  expect(exitCode).toBe(2);
});

test("equal rows for a port that nobody can have are compared, and have failed", async () => {
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", "a\n1\n2\n");
  const argv = ["compare", "map", "rows.csv", "http://127.0.0.1:0/", "--repetitions", "1"];
  const { exitCode, stderr } = await fanfetch(...argv).in(folder);
  expect(stderr).not.toContain("fault of its own");
  expect(exitCode).not.toBe(70);
});
