import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect } from "vitest";

import { JOURNAL_FILE } from "../../src/queue/journal-format.ts";
import { JournalStore } from "../../src/queue/journal-store.ts";
import { fanfetch } from "../support/cli.ts";
import type { TemporaryFolder } from "../support/temp.ts";

/** A table with the column `n` of so many rows, numbered from 1. */
export function rowsCsv(count: number): string {
  return `n\n${Array.from({ length: count }, (_, index) => index + 1).join("\n")}\n`;
}

/** The numbers of the rows of a CSV table, ascending; every line has to be whole and answered. */
export function rowsOf(csv: string): readonly number[] {
  if (csv === "") return [];
  expect(csv.endsWith("\n")).toBe(true);
  const [, ...lines] = csv.trimEnd().split("\n");
  for (const line of lines) expect(line).toMatch(/^\d+,(?:.*,)?200,$/);
  return lines.map((line) => Number(line.split(",")[0])).toSorted((one, other) => one - other);
}

/** 1…count */
export function all(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** The one sentence that a command said for itself; nothing of a program's insides. */
export function sentenceOf(stderr: string): string {
  expect(stderr).not.toMatch(/^\s+at |\bundefined\b|\[object|a fault of its own/m);
  const sentences = stderr.split("\n").filter((line) => line.startsWith("fanfetch: "));
  expect(sentences, stderr).toHaveLength(1);
  return sentences[0]!;
}

/** Goes on with the latest run until it has ended; nothing of it is missing then, nothing twice. */
export async function resumeWhole(folder: TemporaryFolder, ...options: string[]): Promise<void> {
  const resumed = await fanfetch("resume", ...options).in(folder);
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  await verifyWhole(folder, ...options);
}

/** The latest run says of itself that it is whole. */
export async function verifyWhole(folder: TemporaryFolder, ...options: string[]): Promise<void> {
  const verified = await fanfetch("verify", ...options).in(folder);
  expect(verified, verified.stdout).toMatchObject({ exitCode: 0, stderr: "" });
}

/** Rows that the journal of a run tells of, in the order of its log; none before there is one. */
export function committedRows(directory: string): readonly number[] {
  if (!existsSync(join(directory, JOURNAL_FILE))) return [];
  using store = JournalStore.open(directory, "read");
  return [...store.outcomes()].map(({ row }) => row);
}

/** Resolves once the journal of a run tells of at least so many rows; at last after 20 s. */
export async function committed(directory: string, count: number): Promise<void> {
  for (let look = 0; look < 10_000; look += 1) {
    if (committedRows(directory).length >= count) return;
    await setTimeout(2);
  }
}
