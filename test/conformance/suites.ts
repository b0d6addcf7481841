import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { test } from "vitest";

/**
 * The folder of a public test suite: below `FANFETCH_SUITES`, or in the nearest `shared/suites` above
 * this file; undefined where it is not there.
 */
export function findSuite(name: string): string | undefined {
  const declared = process.env["FANFETCH_SUITES"];
  if (declared !== undefined && declared !== "") {
    const folder = join(declared, name);
    return existsSync(folder) ? folder : undefined;
  }
  let above = dirname(fileURLToPath(import.meta.url));
  while (true) {
    const folder = join(above, "shared", "suites", name);
    if (existsSync(folder)) return folder;
    const parent = dirname(above);
    if (parent === above) return undefined;
    above = parent;
  }
}

/**
 * Registers a suite's tests where the suite is there. Where it is not, a skipped test says so, or a
 * failing one when `CI` is `true`: there a promise must not go untested unnoticed. A suite that is not
 * among the shared ones yet is skipped there too.
 */
export function withSuite(
  name: string,
  register: (folder: string) => void,
  missing: "fails in CI" | "is skipped" = "fails in CI",
): void {
  const folder = findSuite(name);
  if (folder !== undefined) return register(folder);
  const title = `the suite ${name} is not there (looked in FANFETCH_SUITES and in shared/suites above)`;
  if (process.env["CI"] !== "true" || missing === "is skipped") test.skip(title, () => {});
  else
    test(title, () => {
      throw new Error(title);
    });
}
