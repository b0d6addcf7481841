import {
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { createHostFolder } from "./host-folder.ts";
import type { HostRecord } from "./host-record.ts";

const DAY_MS = 86_400_000;

function recordOf(scope: string, lastMs = 1_700_000_000_000): HostRecord {
  const profile = {
    rate: 10,
    burst: undefined,
    concurrency: 4,
    latencyMs: 20,
    evidence: ["refusals"],
    detail: {},
  } as const;
  return { scope, profile, requests: 100, refused: 1, firstMs: lastMs, lastMs };
}

test("records are written whole, private to the user, and found again by their scope", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "state", "hosts");
  const hosts = createHostFolder(path);
  expect(hosts.read("https://a.example")).toBeUndefined();
  expect(hosts.list()).toEqual([]);
  hosts.write(recordOf("https://a.example"));
  hosts.write(recordOf("http://[::1]:8080/../.."));
  hosts.write({ ...recordOf("https://a.example"), requests: 200 });
  expect(hosts.read("https://a.example")).toMatchObject({ requests: 200 });
  expect(createHostFolder(path).list()).toHaveLength(2);
  expect(readdirSync(path)).toHaveLength(2);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(path)) expect(statSync(join(path, name)).mode & 0o777).toBe(0o600);
  hosts.remove("https://a.example");
  expect(hosts.read("https://a.example")).toBeUndefined();
});

test("a damaged file is no record of its scope, nor is one of another scope, and a list passes them by", async () => {
  await using folder = await temporaryFolder();
  const hosts = createHostFolder(folder.path);
  hosts.write(recordOf("https://a.example"));
  const [name] = readdirSync(folder.path);
  const file = join(folder.path, name!);
  const text = readFileSync(file, "utf8");
  for (const damage of ["", text.slice(0, 40), "\0".repeat(200), "x".repeat(100_000)]) {
    writeFileSync(file, damage);
    expect(hosts.read("https://a.example")).toBe("damaged");
    expect(hosts.list()).toEqual([]);
  }
  writeFileSync(file, text.replace("a.example", "b.example"));
  expect(hosts.read("https://a.example")).toBe("damaged");
  truncateSync(file, 0);
  hosts.write(recordOf("https://a.example"));
  expect(hosts.read("https://a.example")).toMatchObject({ scope: "https://a.example" });
});

test("a sweep removes what is old, what is too many, and what a killed process left", async () => {
  await using folder = await temporaryFolder();
  const hosts = createHostFolder(folder.path);
  const nowMs = 1_800_000_000_000;
  expect(hosts.sweptMs()).toBe(-Infinity);
  hosts.write(recordOf("https://old.example", nowMs - 91 * DAY_MS));
  for (let day = 0; day < 5; day += 1) {
    hosts.write(recordOf(`https://host-${day}.example`, nowMs - day * DAY_MS));
  }
  const leftover = join(folder.path, "x.json.4711.1");
  const fresh = join(folder.path, "y.json.4711.1");
  for (const file of [leftover, fresh]) writeFileSync(file, "{");
  utimesSync(leftover, nowMs / 1000 - 7200, nowMs / 1000 - 7200);
  utimesSync(fresh, nowMs / 1000, nowMs / 1000);
  hosts.sweep({ nowMs, beforeMs: nowMs - 90 * DAY_MS, most: 3 });
  const left = hosts.list().map(({ scope }) => scope);
  expect(left.toSorted()).toEqual([0, 1, 2].map((day) => `https://host-${day}.example`));
  const names = readdirSync(folder.path);
  expect(names).toContain("y.json.4711.1");
  expect(names).not.toContain("x.json.4711.1");
  expect(hosts.sweptMs()).toBe(nowMs);
});

/** Writes one record without end; its first line on stdout tells that one is written. */
const WRITER = `
  import { createHostFolder } from ${JSON.stringify(new URL("host-folder.ts", import.meta.url).href)};
  const hosts = createHostFolder(process.argv[2]);
  const record = JSON.parse(process.argv[3]);
  hosts.write(record);
  process.stdout.write("written\\n");
  for (;;) hosts.write({ ...record, requests: record.requests + 1 });
`;

test("a process that is killed while it writes leaves a whole record", async () => {
  await using folder = await temporaryFolder();
  const script = await folder.write("writer.mjs", WRITER);
  const path = join(folder.path, "hosts");
  const record = recordOf("https://a.example");
  for (let kill = 0; kill < 3; kill += 1) {
    const child = spawn(process.execPath, [script, path, JSON.stringify(record)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "close");
    expect(createHostFolder(path).read(record.scope)).toMatchObject({ scope: record.scope });
  }
});
