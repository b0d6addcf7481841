import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { jsonOf, ROOT } from "./repo.ts";

/**
 * What a program that imports fanfetch can hold on to. A change here is a change of the product: add
 * to the list with the release note, remove only in a major version.
 */
const PUBLIC: Readonly<Record<string, readonly string[]>> = {
  index: [
    ...["FAILURE_CODES", "Failure", "HttpResponse", "SESSION_DEFAULTS", "VERSION"],
    ...["defineJob", "defineStep", "openSession", "runJob"],
  ],
  testing: ["createManualClock", "createScriptedTransport", "startRehearsal"],
};

interface Package {
  readonly exports: Readonly<Record<string, string | { types: string; default: string }>>;
}

test.each(Object.keys(PUBLIC))("src/%s.ts exports exactly the reviewed names", async (name) => {
  const module = (await import(join(ROOT, "src", `${name}.ts`))) as object;
  expect(Object.keys(module).toSorted()).toEqual(PUBLIC[name]!.toSorted());
});

test("the package offers its two doors and its own description, nothing deeper", () => {
  const { exports } = jsonOf<Package>("package.json");
  expect(Object.keys(exports)).toEqual([".", "./testing", "./package.json"]);
});

test("every door leads to a file that a source stands behind", () => {
  const { exports } = jsonOf<Package>("package.json");
  const targets = Object.values(exports).flatMap((door) =>
    typeof door === "string" ? [door] : [door.types, door.default],
  );
  const sources = targets.map((path) =>
    path.replace("./dist/", "./src/").replace(/(?:\.d\.ts|\.js)$/, ".ts"),
  );
  expect(sources.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
