import { expect, test } from "vitest";

import { jsonOf } from "./repo.ts";

/** Packages that may run a script while they are installed. Review one before it joins. */
const INSTALL_SCRIPTS: readonly string[] = ["node"];

/** All that a user of the package installs, packages of packages included. Review one before it joins. */
const PRODUCTION: readonly string[] = [
  "@cantoo/pdf-lib",
  "@exodus/bytes",
  "aws4fetch",
  "boolbase",
  "css-select",
  "css-what",
  "culori",
  "dom-serializer",
  "domelementtype",
  "domhandler",
  "domutils",
  "encoding-sniffer",
  "entities",
  "fflate",
  "html-entities",
  "ipaddr.js",
  "json-p3",
  "node-html-better-parser",
  "nth-check",
  "oauth4webapi",
  "parse5",
  "parse5-htmlparser2-tree-adapter",
  "saxes",
  "structured-headers",
  "tldts",
  "tldts-core",
  "tough-cookie",
  "tslib",
  "undici",
  "xmlchars",
  "yaml",
  "zod",
];

/** Known for code execution, for wrong answers, or for a second HTTP stack. */
const FORBIDDEN = ["ip", "jsonpath", "jsonpath-plus", "node-fetch", "axios", "request"];

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
}

const lock = jsonOf<{ packages: Record<string, Locked> }>("package-lock.json");
const packages = Object.entries(lock.packages).filter(([path]) => path !== "");

/** The package's name: what follows the last `node_modules/`. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}

test("the lock file was read", () => {
  expect(packages.length).toBeGreaterThan(100);
});

test("no install script is new", () => {
  const scripted = packages.filter(([, locked]) => locked.hasInstallScript === true);
  expect(scripted.map(([path]) => nameOf(path)).toSorted()).toEqual(INSTALL_SCRIPTS);
});

test("what a user installs is what was reviewed", () => {
  const production = packages.filter(
    ([, locked]) => locked.dev !== true && locked.devOptional !== true,
  );
  expect([...new Set(production.map(([path]) => nameOf(path)))].toSorted()).toEqual(PRODUCTION);
});

test("every package comes by its name from the registry, with its digest", () => {
  // The lock file leaves the registry's addresses out, so an address is another source.
  const loose = packages.filter(
    ([, locked]) =>
      locked.integrity?.startsWith("sha512-") !== true || locked.resolved !== undefined,
  );
  expect(loose.map(([path]) => path)).toEqual([]);
});

test("no forbidden package came in by a side door", () => {
  const found = packages.map(([path]) => nameOf(path)).filter((name) => FORBIDDEN.includes(name));
  expect(found).toEqual([]);
});

test("undici holds the security fixes of 8.5", () => {
  const [major, minor] = lock.packages["node_modules/undici"]!.version!.split(".").map(Number);
  expect(major! * 1000 + minor!).toBeGreaterThanOrEqual(8005);
});
