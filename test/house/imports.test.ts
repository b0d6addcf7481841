import { expect, test } from "vitest";

import { importsOf } from "./imports.ts";

test("every form of import is seen", () => {
  const source = `
import { a } from "./a.ts";
import type { B } from "./b.ts";
import { c, type D } from "./c.ts";
import "./effect.ts";
export { e } from "./e.ts";
export * from "./f.ts";
const g = await import("./g.ts");
type H = import("./h.ts").H;
import i, * as j from "undici";
`;
  expect(importsOf(source)).toEqual([
    ...["./a.ts", "./b.ts", "./c.ts", "./e.ts", "./f.ts", "undici"],
    ...["./effect.ts", "./g.ts", "./h.ts"],
  ]);
});

test("words in comments are no imports", () => {
  expect(
    importsOf('// import "./a.ts"\n/* import x from "./b.ts"\n*/\n/** import("./c.ts") */'),
  ).toEqual([]);
});
