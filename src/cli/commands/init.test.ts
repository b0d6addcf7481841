import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

import { UsageError } from "../../core/usage-error.ts";
import { parseCommandLine } from "../command-line.ts";
import { createRecordingTerminal } from "../recording-terminal.ts";
import { init } from "./init.ts";

const folder = mkdtempSync(join(tmpdir(), "fanfetch-init-"));
afterAll(() => rmSync(folder, { recursive: true }));

const answer = join(folder, "answer.json");
writeFileSync(answer, '{"players": [{"id": 1, "name": "Ada"}]}');
const broken = join(folder, "broken.json");
writeFileSync(broken, '{"players":\n[1,,2]}');
const copied = join(folder, "copied.txt");
writeFileSync(copied, "curl 'https://a.test/x' -H 'Cookie: sid=hunter2' --data-raw 'a=1'");

async function run(...argv: readonly string[]): Promise<{ out: string; err: string }> {
  const terminal = createRecordingTerminal();
  expect(await init(await parseCommandLine(["init", ...argv]), terminal)).toBe(0);
  return { out: terminal.out(), err: terminal.err() };
}

async function refusal(...argv: readonly string[]): Promise<string> {
  const error: unknown = await run(...argv).catch((thrown: unknown) => thrown);
  if (!(error instanceof UsageError)) throw error;
  return error.message;
}

test("a URL and its answer become a job on stdout", async () => {
  const { out, err } = await run("https://a.test/v1/players?season=00", "--answer", answer);
  expect(out).toContain('season: "00"');
  expect(out).toContain('each: "players[*].{id: id, name: name}"');
  expect(err).toBe("");
});

test("a copied request loses its secrets, and what to set is told", async () => {
  for (const argv of [["--curl", copied], [readFileSync(copied, "utf8")]]) {
    const { out, err } = await run(...argv);
    expect(out).toContain("cookie: ${COOKIE}");
    expect(out).toContain('form:\n      a: "1"');
    expect(out + err).not.toContain("hunter2");
    expect(err).toContain("export COOKIE=…");
  }
});

test("a job goes to a file that is not there, and over one with --force", async () => {
  const file = join(folder, "job.yaml");
  const { out, err } = await run("https://a.test/one", "-o", file);
  expect(out).toBe("");
  expect(err).toBe(`fanfetch run ${file} runs it\n`);
  expect(await refusal("https://a.test/two", "-o", file)).toContain(
    "exists; --force overwrites it",
  );
  expect(readFileSync(file, "utf8")).toContain("/one");
  await run("https://a.test/two", "-o", file, "--force");
  expect(readFileSync(file, "utf8")).toContain("/two");
});

const refused = [
  [[], "init needs a URL"],
  [["https://a.test/", "x"], "init takes one URL"],
  [["a.test/x"], "write https:// before it"],
  [["ftp://a.test/"], "is no http or https URL"],
  [["https://{host}/"], "is no http or https URL"],
  [["curl https://a.test/", "--curl", copied], "give one cURL command"],
  [["--curl", "-", "--answer", "-"], "cannot both come from stdin"],
  [["https://a.test/", "--answer", broken], "broken.json:2:4: has"],
  [["https://a.test/", "--answer", join(folder, "none.json")], "there is no such file"],
  [["https://a.test/", "-o", join(folder, "job.txt")], "a job is written as .yaml"],
] as const;

test.each(refused)("%j is refused in one sentence", async (argv, words) => {
  const said = await refusal(...argv);
  expect(said).toContain(words);
  expect(said).not.toContain("\n");
});
