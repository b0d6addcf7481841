import { chmod, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";

import fc from "fast-check";
import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { UsageError } from "../core/usage-error.ts";
import { checkStanding } from "./check-standing.ts";
import { finishRewrite, prepareRewrite } from "./prepare-rewrite.ts";
import type { OutputRecord, Standing } from "./sink.ts";
import { openTableSink } from "./table-sink.ts";
import type { TableFormat } from "./table-text.ts";

const COLUMNS = ['=a\n"', "b"];
const record = (a: unknown, b: unknown = 1): OutputRecord => ({ columns: COLUMNS, values: [a, b] });

/** Writes a table and gives where it stands before its ending. */
async function write(
  path: string,
  format: TableFormat,
  records: readonly OutputRecord[],
  standing?: Standing,
): Promise<Standing> {
  const target = { kind: "file", path, exists: "overwrite", standing } as const;
  const sink = await openTableSink(target, { format, marks: "kept" });
  for (const [index, one] of records.entries()) await sink.write(one, index + 1);
  return (await sink.close()).standing!;
}

test.each(["jsonl", "json", "csv", "tsv"] as const)(
  "%s with some records left out and others moved is the table of those that stay, and goes on",
  async (format) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "out");
    const cell = fc.oneof(
      fc.string({ unit: fc.constantFrom('"', "\n", ",\n", "\t", "é", "]") }),
      fc.constant(""),
    );
    const some = fc
      .array(cell, { minLength: 1, maxLength: 10 })
      .chain((cells) =>
        fc.tuple(fc.constant(cells), fc.shuffledSubarray(cells.map((_, index) => index))),
      );
    await fc.assert(
      fc.asyncProperty(some, async ([cells, keep]) => {
        const records = cells.map((text) => record(text));
        const standing = await write(path, format, records);
        await using rewrite = await prepareRewrite(path, { format, standing, keep });
        await rewrite.apply();
        expect(await checkStanding(path, rewrite.standing)).toBe("as it was");
        await write(path, format, [record("new")], rewrite.standing);
        const uncut = join(folder.path, "uncut");
        await write(uncut, format, [...keep.map((index) => records[index]!), record("new")]);
        expect(await folder.read("out")).toBe(await folder.read("uncut"));
        expect(await folder.names()).toEqual(["out", "uncut"]);
      }),
    );
  },
);

test("a table longer than what is copied at once is rewritten", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "out");
  const records = Array.from({ length: 300 }, (_, index) => record(`${index}\n`.repeat(900)));
  for (const format of ["csv", "json"] as const) {
    const standing = await write(path, format, records);
    const keep = records.keys().filter((index) => index % 3 > 0);
    await using rewrite = await prepareRewrite(path, { format, standing, keep });
    await rewrite.apply();
    const uncut = join(folder.path, "uncut");
    const stays = await write(
      uncut,
      format,
      records.filter((_, index) => index % 3 > 0),
    );
    expect(rewrite.standing).toEqual(stays);
    expect(crc32((await folder.read("out")).slice(0, stays.bytes))).toBe(stays.checksum);
  }
});

test("without its header's columns to lose, a table that loses every record keeps its header", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "out");
  const standing = await write(path, "csv", [record(1), record(2)]);
  await using rewrite = await prepareRewrite(path, { format: "csv", standing, keep: [] });
  await rewrite.apply();
  await write(path, "csv", [{ columns: ["b"], values: [7] }], rewrite.standing);
  expect(await folder.read("out")).toBe('"\'=a\n""",b\n,7\n');
});

test("nothing changes until a rewrite is applied, nor where it cannot be", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "out");
  const standing = await write(path, "jsonl", [record(1)]);
  const before = await folder.read("out");
  {
    await using _unused = await prepareRewrite(path, { format: "jsonl", standing, keep: [] });
    expect(await folder.read("out")).toBe(before);
  }
  const wrong = prepareRewrite(path, { format: "jsonl", standing, keep: [1] });
  await expect(wrong).rejects.toThrow(new RangeError("a table of 1 records has none at 1"));
  const foreign = { ...standing, checksum: 7 };
  const changed = prepareRewrite(path, { format: "jsonl", standing: foreign, keep: [] });
  await expect(changed).rejects.toBeInstanceOf(UsageError);
  expect(await folder.read("out")).toBe(before);
  expect(await folder.names()).toEqual(["out"]);
});

test("a table keeps its permissions and its place behind a link", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "out");
  const standing = await write(path, "jsonl", [record(1), record(2)]);
  await chmod(path, 0o640);
  await symlink("out", join(folder.path, "link"));
  const link = join(folder.path, "link");
  await using rewrite = await prepareRewrite(link, { format: "jsonl", standing, keep: [1] });
  await rewrite.apply();
  expect((await stat(path)).mode & 0o777).toBe(0o640);
  expect(await checkStanding(path, rewrite.standing)).toBe("as it was");
  expect(await folder.names()).toEqual(["link", "out"]);
});

test("a rewrite that a kill left unapplied is finished, one that was applied is left alone", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "out");
  const standing = await write(path, "jsonl", [record(1), record(2)]);
  const options = { format: "jsonl", standing, keep: [1] } as const;
  // Not disposed of, as by a kill.
  const rewrite = await prepareRewrite(path, options);
  for (const _time of ["unapplied", "applied"]) {
    await finishRewrite(path, rewrite.standing);
    expect(await checkStanding(path, rewrite.standing)).toBe("as it was");
    expect(await folder.names()).toEqual(["out"]);
  }
});

test("a rewrite that the run did not note is removed when it goes on", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "out");
  const standing = await write(path, "jsonl", [record(1), record(2)]);
  await prepareRewrite(path, { format: "jsonl", standing, keep: [1] });
  await finishRewrite(path, standing);
  expect(await checkStanding(path, standing)).toBe("as it was");
  expect(await folder.names()).toEqual(["out"]);
});
