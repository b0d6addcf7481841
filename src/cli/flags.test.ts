import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { COMMANDS } from "./commands.ts";
import { FLAGS, LATER_FLAGS } from "./flags.ts";

const DOCS = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");

/** The first cells of the tables' rows. */
const CELLS = DOCS.split("\n").flatMap(
  (line) => /^\| (`.*?`) +\|/.exec(line.replaceAll("\\|", "¦"))?.[1] ?? [],
);

describe("docs/cli.md", () => {
  test.each(FLAGS.map((flag) => [flag.name, flag] as const))(
    "has a row for --%s as the table of flags spells it",
    (_, flag) => {
      const letter = flag.letter === undefined ? "" : `\`-${flag.letter}\`, `;
      const argument = flag.argument === undefined ? "" : ` ${flag.argument}`;
      expect(CELLS).toContain(`${letter}\`--${flag.name}${argument}\``.replaceAll("|", "¦"));
    },
  );

  test("has no row for an option that there is not", () => {
    const names = new Set(FLAGS.map((flag) => flag.name));
    const rows = CELLS.flatMap((cell) => /--([a-z-]+)/.exec(cell)?.[1] ?? []);
    expect(rows.length).toBeGreaterThan(30);
    for (const row of rows) expect(names).toContain(row);
  });

  test("names every command and every later option", () => {
    for (const { usage } of COMMANDS) {
      expect(DOCS).toContain(`\`${usage.split(" ")[0]!}`);
    }
    for (const name of LATER_FLAGS.keys()) expect(DOCS).toContain(`\`--${name}\``);
  });
});
