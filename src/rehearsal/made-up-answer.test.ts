import { expect, test } from "vitest";

import { answersLike, givenAnswers, plausibleAnswers } from "./made-up-answer.ts";
import { createSighting, type SeenRequest } from "./seen-request.ts";

const sight = createSighting();

function asked(url: string): SeenRequest {
  const rawHeaders = ["Host", "api.example.com"];
  return sight({ method: "GET", url, rawHeaders } as unknown as Parameters<typeof sight>[0], 0);
}

test("an answer has what was asked and what is picked, the same for the same question", () => {
  const answer = plausibleAnswers(["gender", "data.country", "data.age", "name"]);
  const { text, contentType } = answer(asked("/x?name=Zo%C3%AB&name2=b"), 1);
  expect(contentType).toContain("json");
  expect(JSON.parse(text)).toEqual({
    id: expect.any(Number),
    path: "/x",
    name: "Zoë",
    name2: "b",
    gender: expect.stringMatching(/^gender-/),
    data: { country: expect.stringMatching(/^country-/), age: expect.stringMatching(/^age-/) },
  });
  expect(answer(asked("/x?name=Zo%C3%AB&name2=b"), 1).text).toBe(text);
  expect(answer(asked("/x?name=Ann"), 1).text).not.toBe(text);
});

test("names that mean something to objects mean nothing here", () => {
  const answer = plausibleAnswers(["constructor.prototype", "toString"]);
  const { text } = answer(asked("/x?__proto__=1"), 1);
  expect(Object.keys(JSON.parse(text) as object)).toEqual(
    expect.arrayContaining(["__proto__", "constructor", "toString"]),
  );
});

test("JSON is filled from the query, whatever is asked", () => {
  const answer = answersLike('{"status": "OK", "of": {"name": "Dear {name}"}}');
  const given = JSON.parse(answer(asked('/x?name="}{'), 1).text) as unknown;
  expect(given).toEqual({ status: "OK", of: { name: 'Dear "}{' } });
});

test("a text has the path and the question's number", () => {
  const { text } = answersLike("{path} {id} {none}!", "text/plain")(asked("/x?a=1"), 1);
  expect(text).toMatch(/^\/x \d+ !$/);
});

test("given answers are given out by question", () => {
  const answer = givenAnswers(["1", "2", "3"]);
  const texts = Array.from({ length: 30 }, (_, row) => answer(asked(`/${row}`), 1).text);
  expect(new Set(texts)).toEqual(new Set(["1", "2", "3"]));
  expect(answer(asked("/7"), 1).text).toBe(texts[7]);
});
