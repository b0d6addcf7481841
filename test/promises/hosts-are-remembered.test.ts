import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { systemClock } from "../../src/core/clock.ts";
import { openHostMemory } from "../../src/memory/host-memory.ts";
import type { LimitProfile } from "../../src/policy/limit-profile.ts";
import { limitScope } from "../../src/policy/limit-scope.ts";
import { createQuota } from "../../src/policy/quota.ts";
import { type CommandRun, fanfetch } from "../support/cli.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temp.ts";

const DAY_MS = 86_400_000;
const API = "https://api.example.com";
const LOCAL = "http://127.0.0.1:8080";
const KEYED = limitScope(API, "s3cret");

const PROFILE: LimitProfile = {
  rate: 19.63,
  burst: 20,
  concurrency: 8.7,
  latencyMs: 48.4,
  evidence: ["refusals", "headers"],
  detail: { ceiling: 12 },
};

/** Remembers two hosts and a key at one of them, of which a part of a quota is spent. */
async function remember(folder: TemporaryFolder): Promise<string> {
  const state = join(folder.path, "state");
  await using memory = openHostMemory({ folder: state, clock: systemClock });
  memory.keep(API, PROFILE, { requests: 27_000, refused: 12 });
  memory.keep(
    LOCAL,
    { ...PROFILE, rate: undefined, concurrency: undefined, evidence: [] },
    { requests: 40, refused: 0 },
  );
  const rates = [{ count: 50, perMs: DAY_MS }];
  const quota = createQuota(rates, { memory, scope: KEYED, clock: systemClock });
  for (let sent = 0; sent < 30; sent += 1) quota.take(quota.nextAt(0));
  return state;
}

function limits(state: string, ...args: readonly string[]): CommandRun {
  return fanfetch("limits", ...args).env({ FANFETCH_STATE: state });
}

interface Told {
  readonly folder: string | null;
  readonly hosts: readonly {
    readonly host: string;
    readonly rate: number | null;
    readonly concurrency: number | null;
    readonly seenBy: readonly string[];
    readonly quotas: readonly { readonly spent: number }[];
  }[];
}

async function told(state: string, ...args: readonly string[]): Promise<Told> {
  const { stdout } = await limits(state, "--format", "json", ...args);
  return JSON.parse(stdout) as Told;
}

describe("limits shows what is remembered", () => {
  test("a line for each host, with the limits and what they were seen by", async () => {
    await using folder = await temporaryFolder();
    const { stdout, exitCode } = await limits(await remember(folder));
    expect(exitCode).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^ {2}host +rate +at once +latency +seen by +last seen +requests$/);
    expect(lines).toHaveLength(4);
    const of = (name: string): string => lines.find((line) => line.includes(name))!;
    expect(of("api.example.com  ")).toMatch(
      /19\.6\/s +8 +48 ms +refusals, headers +\S+ \S+ +27,000$/,
    );
    expect(of("http://127.0.0.1:8080")).toMatch(/– +– +48 ms +– +\S+ \S+ +40$/);
    expect(of("api.example.com key")).toMatch(/– +– +– +– +– +–$/);
  });

  test("one host in detail, its keys with the quota they have spent", async () => {
    await using folder = await temporaryFolder();
    const state = await remember(folder);
    const { stdout } = await limits(state, "api.example.com");
    expect(stdout).toContain("27,000, 12 of them refused");
    expect(stdout).toContain(`api.example.com key ${KEYED.split("#")[1]}\n`);
    expect(stdout).toMatch(/quota +30 of 50\/d spent, the first come back \d{4}-/);
    expect((await limits(state, KEYED)).stdout).not.toContain("27,000");
    for (const word of ["https://api.example.com/v1/x", "API.example.com"]) {
      expect((await limits(state, word)).stdout).toBe(stdout);
    }
    expect((await limits(state, "127.0.0.1")).stdout).toContain("no limit was met");
  });

  test("json has it all, and no key", async () => {
    await using folder = await temporaryFolder();
    const state = await remember(folder);
    const { hosts } = await told(state);
    expect(hosts.map(({ host }) => host).toSorted()).toEqual([LOCAL, API, API]);
    const keyed = hosts.find(({ quotas }) => quotas.length > 0)!;
    expect(keyed.quotas).toMatchObject([{ count: 50, perMs: DAY_MS, spent: 30 }]);
    expect(JSON.stringify(hosts)).not.toContain("s3cret");
  });

  test("before anything is known it says so, and makes no folder", async () => {
    await using folder = await temporaryFolder();
    const state = join(folder.path, "state");
    const { stdout, exitCode } = await limits(state);
    expect(stdout).toBe(`nothing is known of any host yet in ${state}\n`);
    expect(exitCode).toBe(0);
    expect(existsSync(state)).toBe(false);
    expect(await told("none")).toEqual({ folder: null, hosts: [] });
    expect((await limits("none")).stdout).toContain("FANFETCH_STATE is none");
  });
});

describe("limits edits", () => {
  test("a declared limit stands there as the user's, and the count of requests stays", async () => {
    await using folder = await temporaryFolder();
    const state = await remember(folder);
    const { stdout } = await limits(state, LOCAL, "--set", "rate=300/m, concurrency=4");
    expect(stdout).toMatch(/rate +5\/s\n/);
    expect(stdout).toMatch(/at once +4\n/);
    expect(stdout).toMatch(/seen by +declared\n/);
    expect(stdout).toMatch(/requests +40, 0 of them refused\n/);
    await limits(state, LOCAL, "--set", "rate=none");
    const { hosts } = await told(state, LOCAL);
    expect(hosts).toMatchObject([{ rate: null, concurrency: 4, seenBy: ["declared"] }]);
    await using memory = openHostMemory({ folder: state, clock: systemClock });
    expect(memory.recall(LOCAL)).toMatchObject({ concurrency: 4, evidence: ["declared"] });
  });

  test("a host that was never asked is declared by its address", async () => {
    await using folder = await temporaryFolder();
    const state = join(folder.path, "state");
    const { exitCode } = await limits(state, "https://new.example.com/v1", "--set", "rate=2/s");
    expect(exitCode).toBe(0);
    expect((await told(state)).hosts).toMatchObject([{ host: "https://new.example.com", rate: 2 }]);
  });

  test("forget takes one host with its keys and quotas, or all", async () => {
    await using folder = await temporaryFolder();
    const state = await remember(folder);
    const { stdout } = await limits(state, "--forget", "api.example.com");
    expect(stdout).toBe(
      `forgot api.example.com\nforgot api.example.com key ${KEYED.split("#")[1]}\n`,
    );
    expect((await told(state)).hosts).toMatchObject([{ host: LOCAL }]);
    expect((await limits(state, "all", "--forget")).stdout).toBe("forgot 1 host\n");
    expect((await told(state)).hosts).toEqual([]);
  });

  test("forget all clears away what is damaged, which is told of until then", async () => {
    await using folder = await temporaryFolder();
    const state = join(folder.path, "state");
    mkdirSync(join(state, "hosts"), { recursive: true });
    writeFileSync(join(state, "hosts", "x.json"), "{");
    writeFileSync(
      join(state, "quotas.sqlite"),
      "no database, but as long as one needs to be".repeat(50),
    );
    const before = await limits(state);
    expect(before.stderr).toContain("quotas.sqlite cannot be read: file is not a database");
    expect(before.exitCode).toBe(0);
    expect((await limits(state, "--forget", "all")).exitCode).toBe(0);
    expect((await limits(state)).stderr).toBe("");
  });

  test("export writes what json shows, and over no file", async () => {
    await using folder = await temporaryFolder();
    const state = await remember(folder);
    const file = join(folder.path, "known.json");
    const { stderr } = await limits(state, "--export", file);
    expect(stderr).toContain(`3 hosts → ${file}`);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(await told(state));
    expect((await limits(state, "--export", file)).exitCode).toBe(2);
    expect((await limits(state, "127.0.0.1:8080", "--export", file, "--force")).exitCode).toBe(0);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(await told(state, LOCAL));
    const { stdout } = await limits(state, "--export", "-");
    expect(JSON.parse(stdout)).toEqual(await told(state));
  });
});

test.each([
  [["api.exmaple.com"], 'nothing is known of "api.exmaple.com"; did you mean "api.example.com"?'],
  [["a", "b"], 'limits takes one host, "b" is too much'],
  [["--forget"], "say which host to forget, or all"],
  [["--set", "rate=1/s"], "say whose limits to set"],
  [["api.example.com", "--set", "rats=1/s"], '"rats" is not a limit; did you mean "rate"?'],
  [["api.example.com", "--set", "rate=quick"], '--set rate: "quick" is not a rate'],
  [["api.example.com", "--set", "concurrency=0"], "at least 1"],
  [["api.example.com", "--set", "rate=1/s", "--forget"], "say --set or --forget, not both"],
  [["new.example.com", "--set", "rate=1/s"], 'nothing is known of "new.example.com"'],
  [["--export", "known.csv"], "--export writes JSON"],
])("limits %j is refused with exit code 2", async (args, sentence) => {
  await using folder = await temporaryFolder();
  const state = await remember(folder);
  const before = await told(state);
  const { stderr, stdout, exitCode } = await limits(state, ...args);
  expect(stderr).toContain(sentence);
  expect(stdout).toBe("");
  expect(exitCode).toBe(2);
  expect(await told(state)).toEqual(before);
});
