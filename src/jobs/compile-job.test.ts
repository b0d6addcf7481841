import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

import { compileJob, type CompiledJob, type CompileJobOptions } from "./compile-job.ts";
import type { CompiledStep } from "./compile-step.ts";
import { readJob } from "./job-file.ts";

const folder = mkdtempSync(join(tmpdir(), "fanfetch-compile-job-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "cities.csv"), "city,country code\nLyon,FR\n");
writeFileSync(join(folder, "empty.csv"), "");

async function compiled(
  text: string,
  environment: CompileJobOptions["environment"] = {},
): Promise<CompiledJob> {
  const read = await readJob(text, { name: "jobs/places.yaml" });
  return await compileJob(read, { folder, environment });
}

async function onlyStep(step: string, top = ""): Promise<CompiledStep> {
  return (await compiled(`${top}\nsteps: [${step}]`)).steps[0]!;
}

const lookup =
  (row: Readonly<Record<string, unknown>>) =>
  (name: string): unknown =>
    row[name];

describe("the URL", () => {
  const urls = [
    ["base: https://a.test/v1/", "{ url: /x }", "https://a.test/v1/x"],
    ["base: https://a.test/v1", "{ url: x }", "https://a.test/v1/x"],
    ["base: https://a.test/v1", '{ url: "{?q}", params: { q: 1 } }', "https://a.test/v1?q=1"],
    ["base: https://a.test", "{ url: https://b.test/ }", "https://b.test/"],
    ["", "{ url: https://a.test/, params: { a: 1, b: x y } }", "https://a.test/?a=1&b=x%20y"],
    ["", "{ url: https://a.test/?z=1, params: { a: 1 } }", "https://a.test/?z=1&a=1"],
    ["", "{ url: https://a.test/#top, params: { a: 1 } }", "https://a.test/?a=1#top"],
    ["", "{ url: https://a.test/, params: { a: [1, 2] } }", "https://a.test/?a=1&a=2"],
    [
      "",
      "{ url: https://a.test/, params: { 'a[]': [1, 2] } }",
      "https://a.test/?a%5B%5D=1&a%5B%5D=2",
    ],
    ["", "{ url: https://a.test/, params: { a: ~, b: '' } }", "https://a.test/?b="],
    ["", "{ url: 'https://a.test{/p}{?id}', params: { id: '00' } }", "https://a.test/7?id=00"],
    ["", "{ url: 'https://a.test/{?a*}', params: { a: '{p}-{p}' } }", "https://a.test/?a=7-7"],
  ] as const;
  test.each(urls)("of %s and %s is %s", async (top, step, url) => {
    const { url: template } = await onlyStep(step.replace("{ url", "{ rows: [{ p: 7 }], url"), top);
    expect(template.expand(lookup({ p: 7 }))).toBe(url);
  });

  test("may be a row's own as a whole, and then a row chooses the host", async () => {
    const { url } = await onlyStep('{ rows: [{ url: "https://b.test/x" }], url: "{+url}" }');
    expect(url.hostVariables).toBe("some");
    expect(url.expand(lookup({ url: "https://b.test/x" }))).toBe("https://b.test/x");
  });

  test("keeps the host of the base, whatever a row says", async () => {
    for (const written of ["{value}", "/{value}"]) {
      const { url } = await onlyStep(`{ rows: [1], url: "${written}" }`, "base: https://a.test");
      expect(url.hostVariables).toBe("none");
      expect(url.expand(lookup({ value: "//b.test/" }))).toBe("https://a.test/%2F%2Fb.test%2F");
    }
  });
});

test("a step's rows have the columns of its table", async () => {
  const { columns, table } = await onlyStep("{ rows: cities.csv, url: https://a.test/ }");
  expect(columns).toEqual(["city", "country code"]);
  expect(table).toEqual({ path: join(folder, "cities.csv"), name: "cities.csv", format: "csv" });
});

test("a column with a blank is a variable as it is written", async () => {
  const { url } = await onlyStep('{ rows: cities.csv, url: "https://a.test/{country code}" }');
  expect(url.expand(lookup({ "country code": "FR" }))).toBe("https://a.test/FR");
});

test("a row has the columns of the row that it comes from", async () => {
  const { steps } = await compiled(`
steps:
  - { id: city, rows: [{ city: Lyon }], url: https://a.test/, each: "x[*].{id: id}" }
  - { id: place, for: city, url: "https://a.test/{city}/{id}" }`);
  expect(steps[1]!.columns).toEqual(["city", "id"]);
});

test("columns that only answers will tell are not refused", async () => {
  const { steps } = await compiled(`
steps:
  - { id: a, url: https://a.test/, each: rows }
  - { id: b, for: a, url: "https://a.test/{anything}" }`);
  expect(steps[1]!.columns).toBeUndefined();
});

test("a step that is for two has the columns of both, and those of one name by their steps", async () => {
  const { steps } = await compiled(`
steps:
  - { id: a, url: https://a.test/, each: "x[].{id: i, only: o}" }
  - { id: b, url: https://a.test/, each: "x[].{id: i}" }
  - { for: { zip: [a, b] }, url: "https://a.test/{only}/{a.id}/{b.id}" }`);
  expect(steps[2]!.columns).toEqual(["only", "a.id", "b.id", "a.only"]);
  expect(steps[2]!.parents).toEqual({ kind: "zip", ids: ["a", "b"] });
});

test("picked columns are rows too, where a step has no each", async () => {
  const { steps } = await compiled(`
steps:
  - { id: a, url: https://a.test/, pick: [token, user.name] }
  - { for: a, url: "https://a.test/{name}", headers: { authorization: "Bearer {token}" } }`);
  expect(steps[1]!.columns).toEqual(["token", "name"]);
  expect(steps[1]!.secretHeaders).toEqual(["authorization"]);
});

test("outputs at the top are for the last steps of a chain alone", async () => {
  const { steps } = await compiled(`
output: all.csv
pick: { a: b }
steps:
  - { id: a, url: https://a.test/, each: x }
  - { for: a, url: https://a.test/, pick: { c: d } }`);
  expect(steps[0]!.step.output).toBeUndefined();
  expect(steps[1]!.step.output).toBe("all.csv");
  expect(steps[1]!.picks.map(({ name }) => name)).toEqual(["c"]);
});

test("a header of a step replaces the job's of that name in any case", async () => {
  const step = "{ url: https://a.test/, headers: { user-agent: b } }";
  const { headers } = await onlyStep(step, "headers: { User-Agent: a, Accept: c }");
  const told = headers.map(({ name, value }) => [name, value.expand(() => undefined)]);
  expect(told).toEqual([
    ["user-agent", "b"],
    ["Accept", "c"],
  ]);
});

test("a body makes the method POST, unless the step says otherwise", async () => {
  expect((await onlyStep("{ url: https://a.test/ }")).method).toBe("GET");
  expect((await onlyStep("{ url: https://a.test/, json: {} }")).method).toBe("POST");
  expect((await onlyStep("{ url: https://a.test/, json: {}, method: PUT }")).method).toBe("PUT");
});

test("JSON keeps the types of what fills it", async () => {
  const { body } = await onlyStep(
    '{ rows: [{ id: 7 }], url: https://a.test/, json: { id: "{id}", text: "no {id}", list: ["{id}"] } }',
  );
  const text = body?.kind === "file" ? "" : body?.expand(lookup({ id: 7 }));
  expect(text).toBe('{"id":7,"text":"no 7","list":[7]}');
  expect(body?.contentType).toBe("application/json");
});

test("a form is encoded, lists are repeated and null is left out", async () => {
  const { body } = await onlyStep(
    '{ rows: [1], url: https://a.test/, form: { a: "{value}&", b: [1, 2], c: ~ } }',
  );
  const text = body?.kind === "file" ? "" : body?.expand(lookup({ value: "x y" }));
  expect(text).toBe("a=x+y%26&b=1&b=2");
});

test("the environment is data: its braces are no template and its signs are encoded", async () => {
  const job = await compiled(
    'steps: [{ url: "https://a.test/", params: { key: "${KEY}" }, headers: { x-api-key: "${KEY}" } }]',
    { KEY: "a{b}&c" },
  );
  const [step] = job.steps;
  const find = (name: string): unknown => job.constants.get(name);
  expect(step!.url.expand(find)).toBe("https://a.test/?key=a%7Bb%7D%26c");
  expect(step!.headers[0]!.value.expand(find)).toBe("a{b}&c");
  expect(JSON.stringify(job.job)).not.toContain("a{b}");
});

test("a job is checked without its secrets by their names only", async () => {
  const text = 'base: "${BASE}/v1"\nsteps: [{ url: /x, params: { k: "${KEY}" } }]';
  const job = await compiled(text, "names only");
  expect(job.steps[0]!.url.text).toBe("https://base.invalid/x{?k*}");
  await expect(compiled(text)).rejects.toThrow("base needs the environment variable BASE");
  const known = await compiled(text, { BASE: "https://b.test", KEY: "k" });
  expect(known.steps[0]!.url.text).toBe("https://b.test/v1/x{?k*}");
});

test("an empty variable of the environment is not one that is set", async () => {
  const text = 'auth: { kind: bearer, token: "${T}" }\nsteps: [{ url: https://a.test/ }]';
  await expect(compiled(text, { T: "" })).rejects.toThrow("T, which is empty");
});

test("limits are numbers, and auto is the product's own choice", async () => {
  const { limits } = await compiled(
    "limits: { concurrency: auto, perHost: 5, rate: [auto, 10/s, 5000/d], timeout: 1m }\nsteps: [{ url: https://a.test/ }]",
  );
  expect(limits).toMatchObject({
    concurrency: undefined,
    perHost: 5,
    rates: [
      { count: 10, perMs: 1000 },
      { count: 5000, perMs: 86_400_000 },
    ],
    timeoutMs: 60_000,
    retries: undefined,
  });
});

test("a filter is asked of the row", async () => {
  const { filter } = await onlyStep(
    '{ rows: [{ n: 1 }, { n: 2 }], filter: "n > `1`", url: https://a.test/ }',
  );
  expect([{ n: 1 }, { n: 2 }].filter((row) => filter!(row))).toEqual([{ n: 2 }]);
});

test("a job without a name is called as its file", async () => {
  expect((await compiled("steps: [{ url: https://a.test/ }]")).name).toBe("places");
});

test("a table without a row has columns that nobody knows yet", async () => {
  const { columns } = await onlyStep('{ rows: empty.csv, url: "https://a.test/{x}" }');
  expect(columns).toBeUndefined();
});

const batches = [
  [
    'into: "name[]", value: "{name}", pair: order',
    { as: "repeated", parameter: "name[]", value: "{name}" },
    "order",
  ],
  [
    'into: ids, value: "{name}", join: ";", pair: a.id',
    { as: "joined", parameter: "ids", value: "{name}", separator: ";" },
    "Ada",
  ],
  [
    'into: "json:q.names", value: { n: "{name}" }, pair: id, by: "x{name}"',
    { as: "json", path: "q.names", value: { n: "{name}" } },
    "xAda",
  ],
  [
    'into: json, value: "{name}", pair: order',
    { as: "json", path: undefined, value: "{name}" },
    "order",
  ],
  ["pair: name", { as: "lists" }, "Ada"],
] as const;

test.each(batches)("a batch { %s } goes where it says", async (written, into, pair) => {
  const { batch } = await onlyStep(
    `{ rows: [{ name: Ada }], url: https://a.test/, batch: { size: 10, ${written} } }`,
  );
  expect(batch?.into).toEqual(into);
  const by = batch?.pair.by === "key" ? batch.pair.row.expand(lookup({ name: "Ada" })) : "order";
  expect(by).toBe(pair);
});

test("pages keep their expressions as texts, and their times are milliseconds", async () => {
  const { pages } = await onlyStep(
    '{ url: https://a.test/, paginate: { kind: cursor, next: a.b, into: "json:c", delay: 2s, more: "header:X-More", items: d, origins: https://b.test/x } }',
  );
  expect(pages).toEqual({
    paging: { kind: "cursor", next: "a.b", into: "json:c", delayMs: 2000, more: "header:X-More" },
    items: "d",
    key: undefined,
    maxPages: undefined,
    origins: ["https://b.test"],
    parallel: undefined,
  });
});

test("pages may be one word", async () => {
  const { pages } = await onlyStep("{ url: https://a.test/, paginate: auto }");
  expect(pages?.paging).toEqual({ kind: "auto" });
});

test("a rule is ready to be asked", async () => {
  const { rules } = await onlyStep(
    "{ url: https://a.test/, rules: [{ status: 5xx, headers: { Retry: Yes }, smaller: 1kB, drift: true, when: a, then: hold, hold: 5s }] }",
  );
  expect(rules).toEqual([
    {
      when: {
        status: "5xx",
        headers: { Retry: "Yes" },
        bytes: { below: 1000 },
        body: "a",
        drift: true,
      },
      asked: undefined,
      then: "hold",
      holdMs: 5000,
    },
  ]);
});
