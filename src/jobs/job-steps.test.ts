import { expect, test } from "vitest";

import { JobFault } from "./job-faults.ts";
import { orderSteps, parentsOf } from "./job-steps.ts";
import type { JobStep } from "./job-step.ts";

const step = (id: string | undefined, parents?: JobStep["for"]): JobStep => ({
  url: "https://a.test/",
  ...(id === undefined ? {} : { id }),
  ...(parents === undefined ? {} : { for: parents }),
});

function fault(steps: readonly JobStep[]): JobFault {
  try {
    orderSteps(steps);
  } catch (error) {
    if (error instanceof JobFault) return error;
    throw error;
  }
  throw new Error("nothing is wrong");
}

test("parents come before children, whatever the order they are written in", () => {
  const ordered = orderSteps([step("c", "b"), step("b", "a"), step("a"), step("d", ["a", "c"])]);
  expect(ordered.map(({ id }) => id)).toEqual(["a", "b", "c", "d"]);
  expect(ordered.map(({ index }) => index)).toEqual([2, 1, 0, 3]);
});

test("steps that wait for nothing stay in the order they are written in", () => {
  expect(orderSteps([step("z"), step("a"), step("m")]).map(({ id }) => id)).toEqual([
    "z",
    "a",
    "m",
  ]);
});

test("a step without an id is called by its place", () => {
  expect(orderSteps([step("a"), step(undefined)]).map(({ id }) => id)).toEqual(["a", "step2"]);
});

test("only a step whose rows nobody takes is a leaf", () => {
  const ordered = orderSteps([step("a"), step("b", "a"), step("c")]);
  expect(ordered.map(({ id, position }) => `${id} ${position}`)).toEqual([
    "a inner",
    "c leaf",
    "b leaf",
  ]);
});

test("a list of parents is their product", () => {
  expect(parentsOf(["a", "b"])).toEqual({ kind: "product", ids: ["a", "b"] });
  expect(parentsOf({ product: ["a", "b"] })).toEqual({ kind: "product", ids: ["a", "b"] });
  expect(parentsOf({ zip: ["a", "b"] })).toEqual({ kind: "zip", ids: ["a", "b"] });
});

test("a circle is told from the first of its steps that is written", () => {
  const steps = [
    step("start"),
    step("x", "z"),
    step("y", ["start", "x"]),
    step("z", { zip: ["y", "start"] }),
  ];
  const found = fault(steps);
  expect(found.path).toEqual(["steps", 1, "for"]);
  expect(found.message).toBe("waits for itself: x → z → y → x");
});

test("a step that waits for a circle is not said to be in it", () => {
  const steps = [step("outside", "a"), step("a", "b"), step("b", "a")];
  expect(fault(steps).message).toBe("waits for itself: a → b → a");
});

test("a parent in a list is told by its place there", () => {
  const found = fault([step("a"), step("b"), step("c", { zip: ["a", "bb"] })]);
  expect(found.path).toEqual(["steps", 2, "for", "zip", 1]);
  expect(found.message).toBe('names no step: "bb"; did you mean "b"?');
});

test("a chain of ten thousand steps is put in order", () => {
  const count = 10_000;
  const steps = Array.from({ length: count }, (_, index) =>
    index === count - 1 ? step(`s${index}`) : step(`s${index}`, `s${index + 1}`),
  );
  expect(orderSteps(steps)[0]?.id).toBe(`s${count - 1}`);
});
