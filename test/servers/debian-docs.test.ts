import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { temporaryFolder } from "../support/temp.ts";
import { fanfetch } from "./command-line.ts";
import { isInstalled, type Seen } from "./server.ts";
import { startStaticNginx } from "./static-nginx.ts";

const DOCUMENTS = "/usr/share/doc";

/** The manual of Python as Debian installs it: 500 pages and files that nobody wrote for this test. */
function findManual(): string | undefined {
  const packages = existsSync(DOCUMENTS) ? readdirSync(DOCUMENTS) : [];
  const found = packages
    .filter((name) => /^python3\.\d+$/.test(name))
    .map((name) => join(DOCUMENTS, name, "html"))
    .find((folder) => existsSync(join(folder, "tutorial", "index.html")));
  if (found === undefined && process.env["CI"] === "true") {
    throw new Error("python3-doc is missing, and with CI=true no site may be missing");
  }
  return found;
}

const manual = findManual();
const tools = [isInstalled("nginx", "-v"), isInstalled("wget", "--version")];
const isMissing = manual === undefined || tools.includes(false);

/** What a page shows and does not link to: images, styles, scripts, and what browsers search with. */
const SHOWN = /^\/_images\/|^\/_static\/|^\/searchindex\.js$/;

function run(
  directory: string,
  program: string,
  ...args: readonly string[]
): Promise<number | null> {
  const child = spawn(program, args, { cwd: directory, stdio: "ignore" });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}

/** What was asked for and answered, in order, by path without its query. */
function answeredIn(seen: readonly Seen[]): readonly string[] {
  return seen.filter(({ status }) => status === 200).map(({ uri }) => uri.replace(/\?.*/, ""));
}

test.skipIf(isMissing)(
  "every page and file of a real site that wget --mirror finds is found, but for what pages only show",
  async () => {
    await using folder = await temporaryFolder();
    const server = await startStaticNginx(folder.path, manual!);
    try {
      const start = `${server.plain}/`;
      const [mirror, crawl] = ["wget", "fanfetch"].map((name) => join(folder.path, name));
      for (const directory of [mirror!, crawl!]) mkdirSync(directory);
      // 8: it met an error status, such as that of a robots.txt which is not there.
      const code = await run(mirror!, "wget", "-q", "--mirror", "--no-parent", start);
      expect([0, 8]).toContain(code);
      const asked = server.seen();
      const words = ["crawl", start, "-o", "site/", "--quiet"];
      const ran = await fanfetch(words, { directory: crawl! });
      expect([0, 1], ran.stderr).toContain(ran.exitCode);
      const theirs = new Set(answeredIn(asked));
      const ours = answeredIn(server.seen().slice(asked.length));
      expect(ours.length).toBeGreaterThan(400);

      const missed = [...theirs].filter((path) => !ours.includes(path) && !SHOWN.test(path));
      expect(missed).toEqual([]);
      // wget takes the first page's other name for what it has already.
      const more = ours.filter((path) => !theirs.has(path));
      expect(more.filter((path) => path !== "/index.html")).toEqual([]);
      expect(new Set(ours).size).toBe(ours.length);

      for (const path of ours.filter((one) => one.endsWith(".html"))) {
        const saved = readFileSync(join(crawl!, "site", decodeURIComponent(path)));
        expect(saved.equals(readFileSync(join(manual!, decodeURIComponent(path)))), path).toBe(
          true,
        );
      }
    } finally {
      await server.stop();
    }
  },
  60_000,
);
