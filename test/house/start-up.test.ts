import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

import { jsonOf, ROOT } from "./repo.ts";

interface Run {
  readonly stdout: string;
  readonly status: number | null;
  /** URLs of the files that were loaded. */
  readonly files: readonly string[];
  /** Names of Node's own modules that were loaded. */
  readonly builtins: readonly string[];
}

/** Runs the built command line and tells what it loaded. */
function run(...args: readonly string[]): Run {
  const directory = mkdtempSync(join(tmpdir(), "fanfetch-start-"));
  try {
    const record = join(directory, "loaded.json");
    const preload = join(ROOT, "test/house/loaded-modules.js");
    const { stdout, status } = spawnSync(
      process.execPath,
      ["--import", preload, join(ROOT, "bin/fanfetch.js"), ...args],
      { cwd: directory, encoding: "utf8", env: { ...process.env, FANFETCH_LOADED: record } },
    );
    return { stdout, status, ...JSON.parse(readFileSync(record, "utf8")) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const HTTP_STACK = ["http", "https", "http2", "tls", "_http_client", "internal/deps/undici/undici"];

/** Packages that only a command needs. */
const HEAVY = [
  ...["undici", "csv-parse", "csv-stringify", "parse5", "css-select", "encoding-sniffer"],
  ...["json-p3", "@jmespath-community/jmespath", "tough-cookie", "tldts", "ipaddr.js", "vitest"],
  ...["@cantoo/pdf-lib"],
];

function packagesOf(loaded: Run): readonly string[] {
  const names = loaded.files
    .map((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1])
    .filter((name) => name !== undefined);
  return [...new Set(names)].toSorted();
}

test("the record sees what a process loads", () => {
  const loaded = run("--version");
  expect(loaded.files.some((url) => url.endsWith("/bin/fanfetch.js"))).toBe(true);
  expect(loaded.builtins).toContain("fs");
});

test("--version tells the package's version and loads neither the program nor an HTTP stack", () => {
  const loaded = run("--version");
  expect(loaded.stdout).toBe(`${jsonOf<{ version: string }>("package.json").version}\n`);
  expect(loaded.status).toBe(0);
  expect(loaded.files.filter((url) => url.includes("/dist/"))).toEqual([]);
  expect(packagesOf(loaded)).toEqual([]);
  expect(loaded.builtins.filter((name) => HTTP_STACK.includes(name))).toEqual([]);
});

test("--help loads no HTTP stack, no parser of bodies and no command", () => {
  const loaded = run("--help");
  expect(loaded.status).toBe(0);
  expect(loaded.stdout).toContain("fanfetch");
  expect(packagesOf(loaded).filter((name) => HEAVY.includes(name))).toEqual([]);
  const rooms = /\/dist\/(?:transport|middleware|rehearsal|sinks|cli\/commands)\//;
  expect(loaded.files.filter((url) => rooms.test(url))).toEqual([]);
  expect(loaded.builtins.filter((name) => HTTP_STACK.includes(name))).toEqual([]);
});

test("a command that sends loads undici, so that its absence above means something", () => {
  const loaded = run("get", "http://127.0.0.1:9/", "--retries", "0", "-q");
  expect(loaded.status).toBe(1);
  expect(packagesOf(loaded)).toContain("undici");
});

test("a command that sends, with a journal too, leaves Node's own undici alone", () => {
  for (const more of [[], ["--keep"]]) {
    const loaded = run("get", "http://127.0.0.1:9/", "--retries", "0", "-q", ...more);
    expect(loaded.builtins).toContain("http");
    expect(loaded.builtins).not.toContain("internal/deps/undici/undici");
  }
});

test("a command without a journal loads no SQLite, and one without such fields no parser of them", () => {
  const loaded = run("get", "http://127.0.0.1:9/", "--retries", "0", "-q");
  expect(loaded.builtins.filter((name) => name.includes("sqlite"))).toEqual([]);
  expect(packagesOf(loaded)).not.toContain("structured-headers");
});
