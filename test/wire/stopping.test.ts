import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { reply, startRawServer } from "./raw-server.ts";
import { openWire } from "./wire.ts";

const unhandled: unknown[] = [];
const note = (error: unknown): void => {
  unhandled.push(error);
};
beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", note);
});
afterEach(() => {
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

/** Answers `/now` at once, `/half` halfway, and others not at all. */
const halting = () =>
  startRawServer((socket, _count, head) => {
    if (head.startsWith("GET /now")) socket.write(reply("now"));
    if (head.startsWith("GET /half")) socket.write(reply("whole").subarray(0, -1));
  });

describe("a signal", () => {
  test("stops all that it is for, wherever they are, and nothing else", async () => {
    await using server = await halting();
    await using silent = await startRawServer("");
    await using wire = openWire();
    const controller = new AbortController();
    await wire.ask(`${server.origin}/now`);
    const stopped = [
      ...["/never", "/half", "/never", "/half"].map((path) => server.origin + path),
      // One shakes hands, two wait for it.
      ...Array(3).fill(`https://127.0.0.1:${silent.port}/`),
    ].map((url: string) => wire.fail(url, controller.signal));
    const other = wire.fail(`${server.origin}/never?other`);
    await expect.poll(() => [server.requests.length, silent.connections]).toEqual([6, 1]);
    controller.abort();
    for (const failure of await Promise.all(stopped)) {
      expect(failure).toMatchObject({ code: "E_ABORTED", transient: false });
    }
    await expect.poll(() => [server.open, silent.open]).toEqual([1, 0]);
    await wire[Symbol.asyncDispose]();
    expect((await other).code).toBe("E_ABORTED");
    await expect.poll(() => server.open).toBe(0);
  });

  test("that is aborted already sends nothing", async () => {
    await using server = await halting();
    await using wire = openWire();
    expect((await wire.fail(`${server.origin}/now`, AbortSignal.abort())).code).toBe("E_ABORTED");
    expect(server.requests).toEqual([]);
  });

  test("leaves the connections of answers that came before usable", async () => {
    await using server = await halting();
    await using wire = openWire();
    const controller = new AbortController();
    await wire.ask(`${server.origin}/now`, controller.signal);
    controller.abort();
    expect((await wire.ask(`${server.origin}/now`)).timing.reused).toBe(true);
  });
});

describe("closing", () => {
  test("stops everything, closes every connection, and nothing is sent any more", async () => {
    await using server = await halting();
    await using silent = await startRawServer("");
    await using wire = openWire();
    const failing = [
      ...["/never", "/half"].map((path) => server.origin + path),
      ...Array(3).fill(`https://127.0.0.1:${silent.port}/`),
    ].map((url: string) => wire.fail(url));
    await expect.poll(() => [server.requests.length, silent.connections]).toEqual([2, 1]);
    await wire[Symbol.asyncDispose]();
    for (const { code } of await Promise.all(failing)) expect(code).toBe("E_ABORTED");
    await expect.poll(() => [server.open, silent.open]).toEqual([0, 0]);
    expect((await wire.fail(`${server.origin}/now`)).code).toBe("E_ABORTED");
    expect([server.requests.length, silent.connections]).toEqual([2, 1]);
  });

  test("twice is the same as once", async () => {
    const wire = openWire();
    await wire[Symbol.asyncDispose]();
    await expect(wire[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });

  test.each(["/now", "/never", "/half", "/cut"])(
    "after %s lets the process end by itself",
    async (path) => {
      await using server = await halting();
      await using silent = await startRawServer("");
      const script = fileURLToPath(new URL("ends-by-itself.ts", import.meta.url));
      const child = spawn(
        process.execPath,
        [script, server.origin + path, `https://127.0.0.1:${silent.port}/`],
        { stdio: ["ignore", "pipe", "inherit"] },
      );
      const output = child.stdout.toArray();
      const [status] = (await once(child, "exit")) as [number];
      expect(status).toBe(0);
      // The child tells what still held it once everything was closed: nothing may.
      expect(JSON.parse(Buffer.concat(await output).toString())).toEqual([]);
    },
  );
});
