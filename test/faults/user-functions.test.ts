import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { defineStep, type JobOfProgram, runJob } from "../../src/index.ts";
import { fanfetch } from "../support/cli.ts";
import { play } from "../support/played-server.ts";
import { temporaryFolder } from "../support/temp.ts";

beforeEach(() => void vi.stubEnv("FANFETCH_STATE", "none"));
afterEach(() => void vi.unstubAllEnvs());

const ROWS = [1, 2, 3].map((id) => ({ id }));

function explode(id: unknown): void {
  if (id === 2) throw new RangeError("two is too much");
}

const idOf = (answer: { json(): unknown }): unknown => (answer.json() as { id: unknown }).id;

/** How each row of the last step ended. */
async function ends(job: JobOfProgram): Promise<readonly (readonly [unknown, string, string])[]> {
  await using folder = await temporaryFolder();
  const result = await runJob(job, { directory: `${folder.path}/run` });
  const outcomes = await Array.fromAsync(result.steps.at(-1)!.outcomes());
  return outcomes.map(({ row, outcome }) =>
    outcome.kind === "answered"
      ? ([row["id"], "answered", ""] as const)
      : ([row["id"], outcome.failure.code, outcome.failure.message] as const),
  );
}

const FUNCTIONS: readonly (readonly [string, object])[] = [
  ["pick", { pick: { id: (answer: never) => explode(idOf(answer)) } }],
  ["each", { each: (answer: never) => explode(idOf(answer)) }],
  ["when", { rules: [{ when: (answer: never) => explode(idOf(answer)), then: "fail" }] }],
  ["filter", { filter: ({ id }: { id: number }) => (explode(id), true) }],
  ["params", { params: ({ id }: { id: number }) => (explode(id), { id }) }],
];

test.each(FUNCTIONS)(
  "106 a function %s that throws fails its own row as E_HOOK, and the run goes on",
  async (name, keys) => {
    await using server = await play((url) => ({ id: Number(url.pathname.split("/").at(-1)) }));
    const step = { id: "one", rows: ROWS, url: "/one/{id}", ...keys };
    const told = await ends({ base: server.url, steps: [step] });
    expect(told.map(([id, code]) => [id, code])).toEqual([
      [1, "answered"],
      [2, "E_HOOK"],
      [3, "answered"],
    ]);
    const words = name === "pick" ? "id" : name;
    expect(told[1]![2]).toContain(`the function ${words} threw: two is too much`);
  },
);

test("106 a function that gives a promise has not given its value", async () => {
  await using server = await play(() => ({}));
  const step = {
    rows: [{ id: 1 }],
    url: "/{id}",
    pick: { x: async () => Promise.reject(new Error("later")) },
  };
  const [[, code, words] = []] = await ends({ base: server.url, steps: [step] });
  expect(code).toBe("E_HOOK");
  expect(words).toContain("it gave a promise");
});

test("106 an answer that a function cannot read is no fault of the function", async () => {
  await using server = await play((_url, _request, response) => void response.end("no JSON"));
  const step = { rows: [{ id: 1 }], url: "/{id}", pick: { x: idOf } };
  const [[, code] = []] = await ends({ base: server.url, steps: [step] });
  expect(code).toBe("E_PARSE");
});

test("106 on the command line a function that throws is a failed row and exit code 1", async () => {
  await using server = await play((url) => ({ id: Number(url.pathname.slice(1)) }));
  await using folder = await temporaryFolder();
  await folder.write(
    "job.ts",
    `export default {
  base: ${JSON.stringify(server.url)},
  output: "out.jsonl",
  steps: [{
    rows: [{ id: 1 }, { id: 2 }],
    url: "/{id}",
    pick: { twice: (answer) => { const { id } = answer.json(); if (id === 2) throw new Error("no two"); return id * 2; } },
  }],
};
`,
  );
  const ended = await fanfetch("run", "job.ts", "--order", "input").in(folder);
  expect(ended.exitCode).toBe(1);
  expect(ended.stderr).toContain("E_HOOK");
  const [one, two] = (await folder.read("out.jsonl"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(one).toMatchObject({ id: 1, twice: 2, _status: 200, _error: null });
  expect(two).toMatchObject({ id: 2, twice: null, _status: 200 });
  expect(two._error).toContain("E_HOOK the function twice threw: no two");
});

test("parameters are what a function gives for the row: variables of the URL, and more of its query", async () => {
  await using server = await play((url) => (url.pathname === "/list" ? ROWS : {}));
  await using folder = await temporaryFolder();
  const list = defineStep({
    id: "list",
    url: "/list",
    each: (answer) => answer.json() as typeof ROWS,
  });
  const one = defineStep({
    id: "one",
    for: list,
    url: "/one/{key}",
    params: ({ id }) => ({ key: `k ${id}`, tag: ["a", "b&c"], none: null }),
    pick: "id",
  });
  const result = await runJob(
    { base: server.url, steps: [list, one] },
    { directory: `${folder.path}/run` },
  );
  expect(result.state).toBe("finished");
  expect(server.targets.toSorted()).toEqual([
    "/list",
    ...[1, 2, 3].map((id) => `/one/k%20${id}?tag=a&tag=b%26c`),
  ]);
  const ids: readonly number[] = (await Array.fromAsync(result.step(list).rows())).map(
    ({ id }) => id,
  );
  expect(ids).toEqual([1, 2, 3]);
});
