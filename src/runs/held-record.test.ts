import { expect, test } from "vitest";

import { parseJson, stringifyJson } from "../formats/json.ts";
import { type HeldParts, heldParts, heldRecord, packedRecord } from "./held-record.ts";

test("a record that waits for its turn comes out of the journal as it went in, its items too", () => {
  const item = (value: unknown) => ({ columns: ["row", "item"], values: [7n ** 30n, value] });
  for (const record of [
    item(null),
    { columns: [], values: [], items: [] },
    { columns: [], values: [], items: [item("a\u2028b"), item({ deep: [1] })] },
  ]) {
    const text = stringifyJson(heldParts(record));
    expect(heldRecord(parseJson(text) as HeldParts)).toEqual(record);
    const { items, ...packed } = packedRecord(record);
    // Read as often as it is asked for.
    for (let times = 0; times < 2; times += 1) {
      expect({ ...packed, ...(items && { items: [...items] }) }).toEqual(record);
    }
  }
});
