import { rm } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { UsageError } from "../core/usage-error.ts";
import type { Mark, Standing } from "./sink.ts";
import { openTableSink } from "./table-sink.ts";
import type { TableFormat } from "./table-text.ts";

const record = (a: unknown) => ({ columns: ["=a"], values: [a] });

/** Opens a table that stands where `standing` says, writes some records, and ends it. */
async function goOn(
  path: string,
  format: TableFormat,
  { standing, values }: { readonly standing: Standing | undefined; readonly values: unknown[] },
): Promise<Mark> {
  await using sink = await openTableSink(
    { kind: "file", path, exists: "refuse", standing },
    { format, marks: "kept" },
  );
  for (const [index, value] of values.entries()) await sink.write(record(value), index + 1);
  return await sink.close();
}

test.each(["jsonl", "json", "csv", "tsv"] as const)(
  "a table of %s that was ended goes on as if it had not been",
  async (format) => {
    await using folder = await temporaryFolder();
    const [path, uncut] = [join(folder.path, "out"), join(folder.path, "uncut")];
    await goOn(uncut, format, { standing: undefined, values: [1, "x\n", 3] });
    const first = await goOn(path, format, { standing: undefined, values: [1] });
    const second = await goOn(path, format, { standing: first.standing, values: ["x\n"] });
    await goOn(path, format, { standing: second.standing, values: [] });
    await goOn(path, format, { standing: second.standing, values: [3] });
    expect(await folder.read("out")).toBe(await folder.read("uncut"));
  },
);

test("records behind the last mark are cut off, half ones too", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "out");
  const { standing } = await goOn(path, "jsonl", { standing: undefined, values: [1] });
  await folder.write("out", `${await folder.read("out")}{"=a":2}\n{"=a":`);
  await goOn(path, "jsonl", { standing, values: [3] });
  expect(await folder.read("out")).toBe('{"=a":1}\n{"=a":3}\n');
});

test("a table that is not as the run left it is refused and stays as it is", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "out");
  const { standing } = await goOn(path, "jsonl", { standing: undefined, values: [1] });
  const refused = async (): Promise<unknown> =>
    goOn(path, "jsonl", { standing, values: [2] }).catch((error: unknown) => error);

  await folder.write("out", '{"=a":7}\n{"=a":8}\n');
  expect(await refused()).toEqual(
    new UsageError(
      `the first 9 bytes of ${path} are not the records that this run wrote; nothing was sent`,
    ),
  );
  expect(await folder.read("out")).toBe('{"=a":7}\n{"=a":8}\n');
  await folder.write("out", '{"=a":1}');
  expect(await refused()).toEqual(
    new UsageError(
      `${path} is shorter than the 9 bytes of records that this run left in it; nothing was sent`,
    ),
  );
  expect(await folder.read("out")).toBe('{"=a":1}');
  await rm(path);
  expect(await refused()).toEqual(
    new UsageError(
      `${path} is not there any more, and with it 9 bytes of this run's records; nothing was sent`,
    ),
  );
  expect(await folder.names()).toEqual([]);
});

test("a run that left nothing begins again, whether its empty file is there or not", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "out");
  const standing = { bytes: 0, checksum: 0, columns: undefined };
  for (const _time of ["missing", "there"]) {
    await goOn(path, "csv", { standing, values: [1] });
    expect(await folder.read("out")).toBe("'=a\n1\n");
  }
});
