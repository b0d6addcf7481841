import { expect, test } from "vitest";

import { createRequest } from "../core/request.ts";
import type { Row } from "../core/row.ts";
import { compileUrlTemplate } from "../formats/url-template.ts";
import { batchLookup, compileBatchRequests } from "./batch-request.ts";

const rows: readonly Row[] = ["Ann & Bo", "Zoë"].map((name, index) => ({
  number: index + 1,
  line: index + 2,
  columns: ["name", "n"],
  values: [name, index],
}));
const base = createRequest({ url: "https://api.example/?key=1" });
const body = createRequest({ url: "https://api.example/", method: "POST", body: '{"a":1}' });

test("rows are repeated in the query, each with the name as it is written", () => {
  const { requestFor } = compileBatchRequests(base, {
    as: "repeated",
    parameter: "name[]",
    value: "{name}",
  });
  expect(requestFor(rows).url).toBe(
    "https://api.example/?key=1&name[]=Ann%20%26%20Bo&name[]=Zo%C3%AB",
  );
});

test("rows are joined by a separator, and one that contains it is refused", () => {
  const { requestFor, variables } = compileBatchRequests(base, {
    as: "joined",
    parameter: "ids",
    value: "{n}",
  });
  expect(requestFor(rows).url).toBe("https://api.example/?key=1&ids=0,1");
  expect(variables).toEqual(["n"]);
  const names = compileBatchRequests(base, {
    as: "joined",
    parameter: "q",
    value: "{name}",
    separator: " ",
  });
  expect(() => names.requestFor(rows)).toThrow('row 1 contains " "');
});

test("rows are a list in the JSON body, or the body itself, with their types", () => {
  const value = { q: "{name}", n: "{n}" };
  const list = compileBatchRequests(body, { as: "json", value });
  expect(list.requestFor(rows).body).toBe('[{"q":"Ann & Bo","n":0},{"q":"Zoë","n":1}]');
  const inner = compileBatchRequests(body, { as: "json", path: "query.ids", value: "{n}" });
  expect(inner.requestFor(rows).body).toBe('{"a":1,"query":{"ids":[0,1]}}');
  expect(inner.requestFor(rows).key).toBe("POST https://api.example/ rows 1–2");
});

test("in a template a column means the values of all rows", () => {
  const template = compileUrlTemplate("https://api.example/{?name*,n}");
  expect(template.expand(batchLookup(rows))).toBe(
    "https://api.example/?name=Ann%20%26%20Bo&name=Zo%C3%AB&n=0,1",
  );
  expect(batchLookup(rows)("none")).toBeUndefined();
});
