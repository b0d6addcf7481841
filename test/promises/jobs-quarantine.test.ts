import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";

import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { play } from "../support/played-server.ts";
import { temporaryFolder } from "../support/temp.ts";

const JOB = (url: string): string => `
base: ${url}
steps:
  - id: search
    rows: [{ q: lyon }, { q: odd }, { q: turin }]
    url: "/search/{q}"
    pick: { people: people }
    output: out.jsonl
    rules: [{ when: "people < \`0\`", then: quarantine }, { when: "later", then: fail }]
`;

test("answers that a rule sets apart are kept whole in a file of the run; asked again, they leave it", async () => {
  let odd: unknown = { people: -1, why: "a fault of the counter" };
  await using server = await play((url) => (url.pathname.endsWith("odd") ? odd : { people: 7 }));
  await using folder = await temporaryFolder();
  await folder.write("job.yaml", JOB(server.url));
  const ended = await fanfetch("run", "job.yaml").in(folder);
  expect(ended.exitCode).toBe(1);
  expect(ended.stderr).toContain("search: 1 answer is in quarantine: .fanfetch/");
  const [run] = await readdir(`${folder.path}/.fanfetch`);
  const name = `.fanfetch/${run!}/steps/1-search/quarantine.jsonl`;
  const records = (await folder.read(name))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(records).toEqual([
    {
      q: "odd",
      _url: `${server.url}/search/odd`,
      _status: 200,
      _error: 'E_RULE the answer meets quarantine when {"body":"people < `0`"}',
      _body: odd,
    },
  ]);
  expect((await fanfetch("verify").in(folder)).exitCode).toBe(0);
  // Begun again, it stands as it was; nothing is asked.
  const asked = server.targets.length;
  expect(asked).toBe(3);
  expect((await fanfetch("run", "job.yaml").in(folder)).exitCode).toBe(1);
  expect(server.targets).toHaveLength(asked);
  odd = { people: 9 };
  const again = await fanfetch("retry", "--only", "E_RULE").in(folder);
  expect(again.exitCode, again.stderr).toBe(0);
  expect(existsSync(`${folder.path}/${name}`)).toBe(false);
  odd = { people: -2 };
  const anew = await fanfetch("run", "job.yaml", "--force", "--run", "anew").in(folder);
  expect(anew.stderr).toContain("anew/steps/1-search/quarantine.jsonl");
  expect((await fanfetch("runs", "prune", "anew").in(folder)).exitCode).toBe(0);
  expect(existsSync(`${folder.path}/anew`)).toBe(false);
});

test("what other rules refuse is not in quarantine, and leaves no file", async () => {
  await using server = await play((url) => ({ people: 1, later: url.pathname.endsWith("odd") }));
  await using folder = await temporaryFolder();
  await folder.write("job.yaml", JOB(server.url));
  const ended = await fanfetch("run", "job.yaml").in(folder);
  expect(ended.exitCode).toBe(1);
  expect(ended.stderr).not.toContain("quarantine:");
  expect((await folder.names()).filter((name) => /quarantine|\.part$/.test(name))).toEqual([]);
});
