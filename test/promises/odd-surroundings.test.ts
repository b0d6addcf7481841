import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
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
