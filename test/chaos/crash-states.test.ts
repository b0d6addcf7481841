import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";

import { tryStates } from "./crash-states.ts";
import type { DiskHistory } from "./disk-ops.ts";
import type { JobKind } from "./job.ts";
import { type Oracle, startOracle } from "./oracle.ts";
import { RecoveryRoom } from "./recovery.ts";
import { strangerToStrace } from "./strace.ts";
import { type TracedRun, traceRun } from "./traced-run.ts";

const ROWS = 24;
const KINDS: readonly JobKind[] = ["csv as it arrives", "files"];

const scratch = mkdtempSync(join(tmpdir(), "fanfetch-states-"));
let runs: readonly TracedRun[] = [];

/** Traces a run of each kind once for all tests. */
async function traceRuns(oracle: Oracle): Promise<TracedRun[]> {
  const traced: TracedRun[] = [];
  for (const kind of KINDS) {
    traced.push(await traceRun(kind, { oracle, rows: ROWS, slowestMs: 40, part: "whole" }));
  }
  return traced;
}

function runOf(kind: JobKind): TracedRun {
  return runs.find((run) => run.job.kind === kind)!;
}

/** What goes wrong in crash states of a run, were its history another one. */
function violationsOf(run: TracedRun, history = run.history): readonly string[] {
  const room = new RecoveryRoom(join(scratch, "room"), ROWS);
  // Whoever forgets a sync takes the commit for durable all the same.
  const end = tryStates({ ...run, history }, { room, seed: 1, states: 600, told: run.history });
  expect(end.points).toBeGreaterThan(100);
  return end.violations.map((violation) => violation.words);
}

/** The history of a program that forgets to sync some files or folders. */
function withoutSyncsOf({ history }: TracedRun, path: RegExp): DiskHistory {
  const names = new Map<number, string>(history.folders);
  for (const op of history.ops) if (op.kind === "name") names.set(op.file, op.path);
  const ops = history.ops.filter(
    (op) => op.kind !== "sync" || !path.test(names.get(op.file) ?? ""),
  );
  expect(ops.length).toBeLessThan(history.ops.length);
  return { ...history, ops };
}

const reason = strangerToStrace();
if (reason !== undefined) {
  if (process.env["CI"] === "true") throw new Error(reason);
  test.skip(reason, () => {});
} else {
  describe("power cuts on a simulated disk", () => {
    beforeAll(async () => {
      await using oracle = await startOracle();
      runs = await traceRuns(oracle);
      return () => rmSync(scratch, { recursive: true });
    });

    test.each(KINDS)("%s: whatever survives of what was not synced, nothing is lost", (kind) => {
      expect(violationsOf(runOf(kind))).toEqual([]);
    });

    test("a run that did not sync its table before its journal would be found out", () => {
      const run = runOf("csv as it arrives");
      const words = violationsOf(run, withoutSyncsOf(run, /^out\.csv$/));
      expect(words.join("\n")).toContain("out.csv is not as the journal has it");
    });

    test("a run that did not sync its journal would be found out", () => {
      const run = runOf("csv as it arrives");
      const words = violationsOf(run, withoutSyncsOf(run, /^\.fanfetch\/.*-wal$/));
      expect(words.join("\n")).toMatch(/were acknowledged and are lost|the run is lost/);
    });

    test("a run that did not sync what it saves would be found out", () => {
      const run = runOf("files");
      const words = violationsOf(run, withoutSyncsOf(run, /^files\//));
      expect(words.join("\n")).toContain("its file is not whole");
    });

    test("a run that did not sync the folder that it saves in would be found out", () => {
      const run = runOf("files");
      const words = violationsOf(run, withoutSyncsOf(run, /^files$/));
      expect(words.join("\n")).toContain("its file is not there");
    });

    test("a run that did not sync its own directory would be found out", () => {
      const run = runOf("csv as it arrives");
      const words = violationsOf(run, withoutSyncsOf(run, /^$|^\.fanfetch(?:\/[^/]*)?$/));
      expect(words.join("\n")).toContain("the run is lost");
    });
  });
}
