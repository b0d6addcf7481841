import { expect, test } from "vitest";

import { parseJson, stringifyJson } from "../formats/json.ts";
import { type HeldParts, heldParts, heldRecord } from "./held-record.ts";

test("a record that waits for its turn comes out of the journal as it went in, its items too", () => {
  const item = (value: unknown) => ({ columns: ["row", "item"], values: [7n ** 30n, value] });
  for (const record of [
    item(null),
    { columns: [], values: [], items: [] },
    { columns: [], values: [], items: [item("a\u2028b"), item({ deep: [1] })] },
  ]) {
    const text = stringifyJson(heldParts(record));
    expect(heldRecord(parseJson(text) as HeldParts)).toEqual(record);
  }
});
