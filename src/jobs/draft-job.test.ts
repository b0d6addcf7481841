import fc from "fast-check";
import { expect, test } from "vitest";

import { compileJob, type CompiledJob } from "./compile-job.ts";
import { draftJob } from "./draft-job.ts";
import type { SampleRequest } from "./draft-request.ts";
import { readJob } from "./job-file.ts";

const GET: SampleRequest = { url: "https://a.test/", method: "GET", headers: [], body: undefined };

async function compiled(
  text: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<CompiledJob> {
  const read = await readJob(text, { name: "draft.yaml" });
  return await compileJob(read, { folder: ".", environment });
}

/** The request that the first step of a job makes. */
function requestOf({ steps, constants }: CompiledJob): SampleRequest {
  const { url, method, headers, body } = steps[0]!;
  const lookup = (name: string): unknown => constants.get(name);
  return {
    url: url.expand(lookup),
    method,
    headers: headers.flatMap(({ name, value }) => [name, value.expand(lookup)]),
    body: body === undefined || body.kind === "file" ? undefined : body.expand(lookup),
  };
}

const word = fc.string({ unit: "grapheme", maxLength: 12 });
const params = fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 8 }), word), {
  maxLength: 4,
});

/** Parameters of a query: those of one name stay in their order. */
function sorted(url: URL): readonly string[] {
  url.searchParams.sort();
  return [...url.searchParams].map(([name, value]) => `${name}=${value}`);
}

test("the job of a URL asks for just that URL", async () => {
  await fc.assert(
    fc.asyncProperty(fc.webPath(), params, async (path, pairs) => {
      const url = new URL(`https://a.test${path.replaceAll(/[{}]/g, "")}`);
      const query = pairs.filter(([name]) => !/key|token|secret|pass|sig|auth|cred/i.test(name));
      for (const [name, value] of query) url.searchParams.append(name, value);
      // A brace in a URL is a template's.
      const written = url.href.replaceAll(/[{}]/g, encodeURIComponent);
      const asked = new URL(requestOf(await compiled(draftJob({ ...GET, url: written }).text)).url);
      expect(asked.origin + decodeURIComponent(asked.pathname)).toBe(
        url.origin + decodeURIComponent(url.pathname),
      );
      expect(sorted(asked)).toEqual(sorted(new URL(written)));
    }),
    { seed: 5, numRuns: 150 },
  );
});

test("the job of a JSON body sends that body", async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 3, stringUnit: "grapheme" }), async (value) => {
      const json = JSON.stringify(value);
      if (json.includes("__proto__") || json.includes("${")) return;
      const headers = ["content-type", "application/json"];
      const draft = draftJob({ ...GET, method: "POST", headers, body: json });
      const { body, method } = requestOf(await compiled(draft.text));
      expect(method).toBe("POST");
      expect(JSON.parse(body!)).toEqual(JSON.parse(json));
    }),
    { seed: 5, numRuns: 150 },
  );
});

test("a form stays a form, another body stays as it is", async () => {
  const form = await compiled(
    draftJob({
      ...GET,
      method: "POST",
      headers: ["content-type", "application/x-www-form-urlencoded"],
      body: "a=1&b=x+%7By%7D&a=2",
    }).text,
  );
  expect(requestOf(form).body).toBe("a=1&a=2&b=x+%7By%7D");
  const body = "query { user(id: 7) {name} } {{x}}";
  const plain = draftJob({ ...GET, method: "PUT", headers: ["content-type", "text/plain"], body });
  expect(requestOf(await compiled(plain.text))).toMatchObject({ body, method: "PUT" });
});

test("no secret of a request stands in its job", async () => {
  const secrets = { COOKIE: "c", API_PASSWORD: "p", API_KEY: "k" };
  const draft = draftJob({
    ...GET,
    url: "https://a.test/x?api_key=hunter2",
    headers: ["Cookie", "sid=hunter2", "Authorization", `Basic ${btoa("me:hunter2")}`],
  });
  expect(draft.text).not.toMatch(/hunter2|aHVudGVy|bWU6/);
  expect(draft.secrets.toSorted()).toEqual(Object.keys(secrets).toSorted());
  const job = await compiled(draft.text, secrets);
  expect(job.job.auth).toEqual({ kind: "basic", user: "me", password: "${API_PASSWORD}" });
  expect(requestOf(job).url).toBe("https://a.test/x?api_key=k");
});

test("a bearer token becomes auth", async () => {
  const draft = draftJob({ ...GET, headers: ["authorization", "Bearer hunter2"] });
  const { job } = await compiled(draft.text, { API_TOKEN: "t" });
  expect(job.auth).toEqual({ kind: "bearer", token: "${API_TOKEN}" });
  expect(draft.text).not.toContain("hunter2");
});

test("a URL with variables gets rows with their columns", async () => {
  const draft = draftJob({ ...GET, url: "https://a.test/v1/{city}/x?name={name}&key={key}" });
  const { steps } = await compiled(draft.text);
  expect(steps[0]!.columns).toEqual(["city", "name", "key"]);
  const row: Readonly<Record<string, string>> = { city: "L", name: "N", key: "K" };
  expect(steps[0]!.url.expand((name) => row[name])).toBe("https://a.test/v1/L/x?name=N&key=K");
});

test("lists of lists take their names from beside them", async () => {
  const json = {
    parameters: { a: [1, 2] },
    resultSets: [
      {
        name: "P",
        headers: ["PERSON_ID", "NAME"],
        rowSet: [
          [1, "a"],
          [2, "b"],
        ],
      },
    ],
  };
  const { steps } = await compiled(draftJob(GET, { json }).text);
  expect(steps[0]!.step.each).toBe("resultSets[0].rowSet[*].{PERSON_ID: [0], NAME: [1]}");
});

test("the list of an answer is found, and its items' own lists are not", async () => {
  const json = {
    meta: { tags: ["x"] },
    data: { "the items": [{ id: 1, "a b": 2, tags: [{ t: 1 }] }] },
  };
  const { steps } = await compiled(draftJob(GET, { json }).text);
  expect(steps[0]!.step.each).toBe('data."the items"[*].{id: id, a_b: "a b"}');
});

test("an answer without a list is picked from", async () => {
  const json = { name: "peter", gender: "male", count: 1, more: {} };
  const { steps } = await compiled(draftJob(GET, { json }).text);
  expect(steps[0]!.picks.map(({ name }) => name)).toEqual(["name", "gender", "count"]);
});

test("whatever an answer looks like, its job is one", async () => {
  const key = fc.oneof(word, fc.constantFrom("items", "headers", "__proto__", "a b", '"', "`"));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      word,
      fc.integer(),
      fc.constant(null),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.array(fc.tuple(key, tie("tree")), { maxLength: 3 }).map(Object.fromEntries),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(tree, async (json) => {
      await compiled(draftJob(GET, { json }).text);
    }),
    { seed: 5, numRuns: 300 },
  );
});

test("what is commented out is a job too", async () => {
  const { text } = draftJob({ ...GET, url: "https://a.test/v1/players" }, { json: [{ id: 1 }] });
  const written = text.replaceAll(
    /^( *)# (limits|rules|output|- for|  url|  save|paginate)/gm,
    "$1$2",
  );
  const { steps } = await compiled(written);
  expect(steps.map(({ id }) => id)).toEqual(["players", "step2"]);
  expect(steps[0]!.pages?.paging).toEqual({ kind: "auto" });
});
