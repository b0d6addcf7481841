import { expect, test } from "vitest";

import { tellLeftOut } from "./left-out-columns.ts";

test("the first columns that are left out are named, the others told of once", () => {
  const said: string[] = [];
  const tell = tellLeftOut("out.csv", (line) => said.push(line));
  for (const [index, name] of ["a", "b\u001b", "c", "d", "e"].entries()) tell(name, index + 2);
  expect(said).toEqual([
    'column "a" is left out: row 2 has it, the header of out.csv has not',
    'column "b\\u001b" is left out: row 3 has it, the header of out.csv has not',
    'column "c" is left out: row 4 has it, the header of out.csv has not',
    "further columns are left out of out.csv; a .jsonl has those of every row",
  ]);
});

test("standard output has no name", () => {
  const said: string[] = [];
  tellLeftOut("-", (line) => said.push(line))("a", 9);
  expect(said).toEqual(['column "a" is left out: row 9 has it, the header of the output has not']);
});
