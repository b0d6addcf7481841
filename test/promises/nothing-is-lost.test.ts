import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

/** Everything that happens to requests, and the code that each row must show for it. */
const FATES: readonly (readonly [path: string, error: RegExp])[] = [
  ["json/1", /^$/],
  ["status/503/then/200", /^$/],
  ["reset/then/200", /^$/],
  ["cut-at/10/bytes/100/then/200", /^$/],
  ["redirect/3/json/1", /^$/],
  ["retry-after/0s/then/200", /^$/],
  ["status/204", /^$/],
  ["gzip/bytes/10kB", /^$/],
  ["status/404", /^E_STATUS/],
  ["status/500", /^E_STATUS/],
  ["reset", /^E_RESET/],
  ["cut-at/10/bytes/100", /^E_TRUNCATED/],
  ["hang", /^E_TIMEOUT/],
  ["redirect/30/json/1", /^E_REDIRECT/],
  ["redirect-to?url=file:///etc/hostname", /^E_POLICY/],
  ["header/content-encoding/gzip/text/no", /^E_DECODE/],
  ["header/content-encoding/rot13/text/no", /^E_DECODE/],
  ["bomb/100MB", /^E_TOO_LARGE/],
];

test("every input is in the account and in the output with its reason, whatever happens to it", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const rows = Array.from({ length: 5 }, (_, round) =>
    FATES.map(([path]) => ({ row: round * FATES.length, url: `${world.at("/")}${path}`, round })),
  ).flat();
  const numbered = rows.map((row, index) => JSON.stringify({ ...row, row: index }));
  await folder.write("rows.jsonl", `${numbered.join("\n")}\n`);
  const ended = await fanfetch(
    ...["map", "rows.jsonl", "{+url}", "-H", "X-Rehearsal-Client: {round}", "--retries", "1"],
    ...["--timeout", "1s", "--order", "input", "-o", "out.jsonl", "--summary", "s.json"],
    ...["-j", "64", "--per-host", "64"],
  ).in(folder);
  expect(ended.exitCode, ended.stderr).toBe(1);
  const records = (await folder.read("out.jsonl")).trimEnd().split("\n");
  const parsed = records.map((record) => JSON.parse(record) as Record<string, unknown>);
  expect(parsed.map(({ row }) => row)).toEqual(rows.map((_, index) => index));
  for (const [index, record] of parsed.entries()) {
    const [path, error] = FATES[index % FATES.length]!;
    expect(record["_error"] ?? "", path).toMatch(error);
  }
  const answered = FATES.filter(([, error]) => error.test("")).length * 5;
  const summary = JSON.parse(await folder.read("s.json"));
  expect(summary).toMatchObject({
    inputs: rows.length,
    answered,
    failed: rows.length - answered,
    skipped: 0,
  });
  const counted = Object.values<number>(summary.failures).reduce((sum, count) => sum + count, 0);
  expect(counted).toBe(summary.failed);
  expect(summary.requests).toBe(world.seen.total);
  expect(ended.stderr).toContain(
    `${rows.length} inputs = ${answered} answered + ${rows.length - answered} failed + 0 skipped`,
  );
});

test("arriving in any order, every row keeps its own answer", async () => {
  await using world = await startWorld();
  const names = Array.from({ length: 500 }, (_, index) => `n${index}`);
  const ended = await fanfetch(
    ...["map", "-", world.at("/slow/1ms-30ms/json/%7B%22said%22:%22{name}%22%7D")],
    ...["--pick", "said", "--no-meta", "-j", "50", "--per-host", "50"],
  ).stdin(`name\n${names.join("\n")}\n`);
  expect(ended.exitCode).toBe(0);
  const [, ...lines] = ended.stdout.trimEnd().split("\n");
  expect(lines.toSorted()).toEqual(names.map((name) => `${name},${name}`).toSorted());
  expect(world.seen.distinct).toBe(500);
  expect(world.seen.total).toBe(500);
});

test("a reader that has enough ends the command quietly", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write(
    "names.csv",
    `name\n${Array.from({ length: 5000 }, (_, i) => i).join("\n")}\n`,
  );
  // A shell's pipe: the reader leaves after the first line.
  const { spawn } = await import("node:child_process");
  const bin = new URL("../../bin/fanfetch.js", import.meta.url).pathname;
  const line = `"$0" "$1" map names.csv "$2" --pick status | head -1`;
  const shell = spawn(
    "bash",
    ["-c", `set -o pipefail; ${line}`, process.execPath, bin, world.at("/json/%7B%7D?{name}")],
    {
      cwd: folder.path,
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let [stdout, stderr] = ["", ""];
  shell.stdout.on("data", (chunk) => (stdout += String(chunk)));
  shell.stderr.on("data", (chunk) => (stderr += String(chunk)));
  const exitCode = await new Promise((resolve) => shell.on("close", resolve));
  expect(stdout).toBe("name,status,_status,_error\n");
  expect([0, 141]).toContain(exitCode);
  expect(stderr).not.toMatch(/EPIPE|^\s+at /m);
});
