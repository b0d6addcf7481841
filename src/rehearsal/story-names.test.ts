import { expect, test } from "vitest";

import { startRehearsal } from "./rehearsal.ts";
import { genderOf } from "./story-names.ts";

test("a name is answered in the API's own spelling, always the same", () => {
  expect(genderOf("peter", 1)).toMatch(
    /^\{"count":\d+,"name":"peter","gender":"male","probability":(?:0\.\d{1,2}|1\.0)\}$/,
  );
  expect(genderOf("PETER ", 1)).toBe(genderOf("peter", 1).replace('"peter"', '"PETER "'));
  expect(genderOf("__proto__", 1)).toContain('"name":"__proto__"');
});

test("what is no name has no gender", () => {
  for (const name of ["", "123", "?!"]) {
    expect(JSON.parse(genderOf(name, 1))).toEqual({
      count: 0,
      name,
      gender: null,
      probability: 0,
    });
  }
});

test("one name gives an object, several an array in their order, more than ten a refusal", async () => {
  await using server = await startRehearsal({ stories: { namesMs: 0 } });
  const ask = async (query: string) => (await fetch(`${server.url}/?${query}`)).json();
  expect(await ask("name=anna")).toMatchObject({ name: "anna", gender: "female" });
  expect(await ask("name[]=paul&name[]=anna")).toMatchObject([{ name: "paul" }, { name: "anna" }]);
  const many = Array.from({ length: 11 }, (_, index) => `name[]=n${index}`).join("&");
  expect(await ask(many)).toEqual({ error: "Invalid 'name' parameter" });
  expect(await (await fetch(`${server.url}/names`)).json()).toEqual({
    error: "Missing 'name' parameter",
  });
});

test("the day's names are counted down, then refused, for each client apart", async () => {
  await using server = await startRehearsal({ stories: { namesMs: 0, namesPerDay: 3 } });
  const ask = (query: string, client: string) =>
    fetch(`${server.url}/?${query}`, { headers: { "x-rehearsal-client": client } });
  const first = await ask("name[]=a&name[]=b", "x");
  expect(first.headers.get("x-rate-limit-remaining")).toBe("1");
  expect((await ask("name=c", "x")).status).toBe(200);
  const refused = await ask("name=d", "x");
  expect(refused.status).toBe(429);
  expect(refused.headers.get("x-rate-limit-limit")).toBe("3");
  expect(Number(refused.headers.get("x-rate-limit-reset"))).toBeGreaterThan(86_000);
  expect((await ask("name=d", "y")).status).toBe(200);
});
