import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";

import { failCall, fillDisk, freezeDisk } from "./disk-faults.ts";
import type { JobKind } from "./job.ts";
import { strangerToMount } from "./mount.ts";
import { type Oracle, startOracle } from "./oracle.ts";
import { type Injection, strangerToStrace } from "./strace.ts";

const scratch = mkdtempSync(join(tmpdir(), "fanfetch-disk-"));
let oracle: Oracle;
beforeAll(async () => {
  oracle = await startOracle();
  return async () => {
    await oracle[Symbol.asyncDispose]();
    rmSync(scratch, { recursive: true });
  };
});

/** Registers tests that need something of the machine; where it is missing, a skipped test says so. */
function where(reason: string | undefined, register: () => void): void {
  if (reason === undefined) register();
  else test.skip(reason, () => {});
}

const FAULTS: readonly (readonly [JobKind, Injection])[] = [
  ["csv as it arrives", { thread: "pool", call: "pwrite64", effect: "error=ENOSPC", when: "1+" }],
  ["csv in order", { thread: "pool", call: "pwrite64", effect: "error=EIO", when: "1+" }],
  ["urls to jsonl", { thread: "pool", call: "fsync", effect: "error=EIO", when: "1" }],
  ["files", { thread: "pool", call: "pwrite64", effect: "error=EDQUOT", when: "7" }],
  ["files", { thread: "pool", call: "fsync", effect: "error=EIO", when: "9" }],
  [
    "csv as it arrives",
    { thread: "journal", call: "pwrite64", effect: "error=ENOSPC", when: "25+" },
  ],
  ["csv as it arrives", { thread: "journal", call: "fsync", effect: "error=EIO", when: "6+" }],
];

const reason = strangerToStrace();
if (reason !== undefined && process.env["CI"] === "true") throw new Error(reason);

where(reason, () => {
  test.each(FAULTS)(
    "%s: where the disk refuses, the run stops and loses nothing: %o",
    async (kind, injection) => {
      const end = await failCall(injection, { oracle, kind, rows: 60, fate: "stops" });
      expect(end.violations, end.stderr).toEqual([]);
    },
  );

  test("with no descriptor left for a moment, files are saved all the same", async () => {
    const injection = {
      thread: "pool",
      call: "openat",
      effect: "error=EMFILE",
      when: "12",
    } as const;
    const fate = "stops or goes on";
    const end = await failCall(injection, { oracle, kind: "files", rows: 30, fate });
    expect(end.violations, end.stderr).toEqual([]);
  });
});

where(strangerToMount(join(scratch, "probe")), () => {
  describe("a disk of its own", () => {
    test.each(["files", "csv as it arrives"] as const)(
      "%s: on a full disk the run stops; with more room it loses nothing",
      async (kind) => {
        const options = { oracle, kind, fate: "stops" } as const;
        const sizes =
          kind === "files" ? { rows: 200, size: "900k" } : { rows: 3_000, size: "260k" };
        const end = await fillDisk(scratch, { ...options, ...sizes });
        expect(end.violations, end.stderr).toEqual([]);
        expect(end.exitCode).toBe(4);
        expect(end.stderr).toMatch(/no space left|disk is full/);
      },
    );

    test("on a disk that cannot be written, nothing is asked for", async () => {
      const options = { oracle, kind: "csv as it arrives", fate: "stops" } as const;
      const end = await freezeDisk(scratch, { ...options, rows: 40 });
      expect(end.violations, end.stderr).toEqual([]);
      expect(end.exitCode).toBe(4);
      expect(end.requests).toBe(0);
    });
  });
});
