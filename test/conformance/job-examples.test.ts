import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { cell, type Row } from "../../src/core/row.ts";
import type { HttpRequest } from "../../src/core/request.ts";
import { createDocument, type Document } from "../../src/formats/document.ts";
import { compileCondition } from "../../src/formats/selector.ts";
import { compileJob, type CompiledJob } from "../../src/jobs/compile-job.ts";
import { readJob } from "../../src/jobs/job-file.ts";
import { createStepRequests, NO_ROW } from "../../src/jobs/step-requests.ts";
import { childRows, inlineRows } from "../../src/jobs/step-rows.ts";
import { startRehearsal } from "../../src/rehearsal/rehearsal.ts";
import { ROOT, textOf } from "../house/repo.ts";

const folder = join(ROOT, "examples");

let server: Awaited<ReturnType<typeof startRehearsal>>;
beforeAll(async () => {
  server = await startRehearsal({ stories: { playersMs: 0, placesMs: 0, namesMs: 0 } });
});
afterAll(() => server.close());

/** The example as it says at its top that it runs against the rehearsal server. */
async function example(name: string): Promise<CompiledJob> {
  const text = textOf(`examples/${name}.yaml`);
  const base = /--set base=http:\/\/localhost:8080(\S*)/.exec(text)![1]!;
  const set = [`base=${server.url.replace(/\/$/, "")}${base}`];
  const read = await readJob(text, { name: `${name}.yaml`, set });
  return await compileJob(read, { folder, environment: { GOOGLE_MAPS_KEY: "k" } });
}

function requestOf(job: CompiledJob, index: number, row: Row): HttpRequest {
  return createStepRequests(job.steps[index]!, { constants: job.constants, folder }).make(row);
}

async function answerOf({ url, method, headers }: HttpRequest): Promise<Document> {
  const pairs = headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]!]] : []));
  const response = await fetch(url, { method, headers: pairs as [string, string][] });
  expect(response.status).toBe(200);
  return createDocument(new Uint8Array(await response.arrayBuffer()), undefined);
}

test("players: the list gives the rows, and a row's request is about that player", async () => {
  const job = await example("players");
  const list = await answerOf(requestOf(job, 0, NO_ROW));
  const rows = [...childRows(NO_ROW, job.steps[0]!.each!.select(list) as readonly unknown[])];
  expect(rows).toHaveLength(490);
  const [first] = rows;
  const about = await answerOf(requestOf(job, 1, first!));
  expect(about.json()).toMatchObject({
    parameters: { playerid: String(cell(first!, "id")) },
    resultSets: [{ rowSet: [expect.arrayContaining([cell(first!, "name")])] }],
  });
});

test("places: a query's answer gives the places, and the token that asks for more", async () => {
  const job = await example("places");
  const [step] = job.steps;
  const [row] = inlineRows([{ query: "cafe" }]);
  const request = requestOf(job, 0, row!);
  const answer = await answerOf({ ...request, url: `${request.url}&key=k` });
  const places = [...childRows(row, step!.each!.select(answer) as readonly unknown[])];
  expect(places.length).toBeGreaterThan(0);
  expect(places[0]!.columns).toEqual(["query", "place", "address", "lat", "lng"]);
  expect(places[0]!.values.every((value) => value !== null)).toBe(true);
});

test("places: an answer that refuses is known by a rule", async () => {
  const job = await example("places");
  const [row] = inlineRows([{ query: "cafe" }]);
  const refused = await answerOf(requestOf(job, 0, row!));
  const conditions = job.steps[0]!.rules.map(({ when }) => compileCondition(when.body!));
  const holds = (await Promise.all(conditions)).map((condition) => condition.holds(refused));
  expect(job.steps[0]!.rules.filter((_, at) => holds[at]).map(({ then }) => then)).toEqual([
    "stop",
  ]);
});

test("names: ten names fit into the parameter that the batch names", async () => {
  const job = await example("names");
  const { batch, picks } = job.steps[0]!;
  const [row] = inlineRows([{ name: "peter" }]);
  const request = requestOf(job, 0, row!);
  expect(batch!.into).toEqual({ as: "repeated", parameter: "name[]", value: "{name}" });
  const answer = await answerOf({ ...request, url: `${request.url}?name[]=peter&name[]=mary` });
  expect(answer.json()).toHaveLength(2);
  const [peter] = answer.json() as readonly unknown[];
  const one: Document = { json: () => peter, html: () => expect.unreachable() };
  expect(picks.map(({ selector }) => selector.select(one))).toEqual(["male", expect.any(Number)]);
});

test("five URLs: each row is a page", async () => {
  const job = await example("five-urls");
  const rows = inlineRows(job.steps[0]!.step.rows as readonly string[]);
  expect(rows).toHaveLength(5);
  await Promise.all(rows.map(async (row) => await answerOf(requestOf(job, 0, row))));
});
