import { expect, test } from "vitest";

import { createNullSink } from "./null-sink.ts";

const record = { columns: [], values: [] };

test("a mark tells the rows since the last, where marks are kept", async () => {
  const sink = createNullSink({ marks: "kept" });
  for (const row of [3, 1]) void sink.write(record, row);
  expect(await sink.commit()).toEqual({ rows: [3, 1], standing: undefined, held: [] });
  void sink.write(record, 2);
  expect((await sink.close()).rows).toEqual([2]);
});

test("without marks nothing is kept", async () => {
  const sink = createNullSink();
  void sink.write(record, 1);
  expect((await sink.commit()).rows).toEqual([]);
});
