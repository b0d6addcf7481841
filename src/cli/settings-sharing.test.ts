import { expect, test } from "vitest";

import { UsageError } from "../core/usage-error.ts";
import { readSharing } from "./settings-sharing.ts";
import { createValues } from "./settings.ts";

const read = (given: Readonly<Record<string, string>>) =>
  readSharing(
    createValues({
      values: new Map(Object.entries(given).map(([name, value]) => [name, [value]])),
    }),
  );

test("without either, each row is a request", async () => {
  expect(await read({})).toBeUndefined();
});

test.each([
  ["auto", { kind: "auto" }],
  ["link", { kind: "link" }],
  ["cursor", { kind: "auto", of: "cursor" }],
])("--paginate %s", async (paginate, paging) => {
  expect(await read({ paginate })).toMatchObject({ pages: { paging }, batch: undefined });
});

test("a batch goes into lists, or into a parameter, which then tells whose an answer is", async () => {
  expect(await read({ batch: "10" })).toMatchObject({
    batch: { size: 10, into: { as: "lists" }, pair: { by: "order" } },
  });
  const given = { batch: "3", "batch-into": "id[]={number}", "batch-pair": "meta.id" };
  const { batch } = (await read(given))!;
  expect(batch).toMatchObject({
    into: { as: "repeated", parameter: "id[]", value: "{number}" },
    pair: { by: "key", item: ["meta", "id"] },
  });
  expect(batch?.pair.by === "key" && batch.pair.row.variables).toEqual(["number"]);
});

test.each([
  [{ batch: "1" }, /from 2 to 10000/],
  [{ batch: "many" }, /--batch many: a batch is a number of rows/],
  [{ "batch-pair": "id" }, /--batch-pair needs --batch/],
  [{ batch: "3", paginate: "auto" }, /do not go together/],
  [{ batch: "3", "batch-into": "name[]" }, /not written like/],
  [{ batch: "3", "batch-into": "name[]=x" }, /all rows would be one/],
  [{ batch: "3", "batch-pair": "a..b" }, /neither order nor a path/],
])("%j is refused in one sentence", async (given, words) => {
  await expect(read(given)).rejects.toThrow(words);
  await expect(read(given)).rejects.toBeInstanceOf(UsageError);
});
