import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

/** Webrecorder's reader of WARC files, which is not ours. */
const WARCIO = fileURLToPath(new URL("../../node_modules/.bin/warcio", import.meta.url));
const isMissing = !existsSync(WARCIO);
const FIELDS = "offset,warc-type,warc-target-uri,http:status,http:content-type";

interface Indexed {
  readonly "warc-type": string;
  readonly "warc-target-uri"?: string;
  readonly "http:status"?: number;
}

function indexOf(path: string): readonly Indexed[] {
  const ran = spawnSync(process.execPath, [WARCIO, "index", path, "--fields", FIELDS], {
    encoding: "utf8",
  });
  expect(ran.stderr).toBe("");
  const lines = ran.stdout.trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Indexed);
}

if (isMissing && process.env["CI"] === "true") {
  throw new Error("warcio is missing, and with CI=true no reader may be missing; run npm ci");
}

test.skipIf(isMissing)(
  "warcio reads the archive of a crawl, and one that is exported",
  async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    const start = world.at("/web-book/notes/1.html");
    const words = ["crawl", start, "--drop", "sid", "--no-robots", "--keep", "-o", "site.warc.gz"];
    const ended = await fanfetch(...words).in(folder);
    expect(ended.exitCode, ended.stderr).toBe(0);
    const records = indexOf(join(folder.path, "site.warc.gz"));
    const asked = world.seen.requests().map(({ path }) => world.at(path));
    const came = records.filter((one) => ["response", "revisit"].includes(one["warc-type"]));
    const targets = came.map((one) => one["warc-target-uri"] ?? "");
    expect(targets.toSorted()).toEqual(asked.toSorted());
    expect(new Set(came.map((one) => one["http:status"]))).toEqual(new Set([200]));
    expect(records.filter((one) => one["warc-type"] === "request")).toHaveLength(asked.length);

    const exported = await fanfetch("export", "-o", "kept.warc.gz").in(folder);
    expect(exported.exitCode, exported.stderr).toBe(0);
    const kept = indexOf(join(folder.path, "kept.warc.gz"));
    expect(kept.filter((one) => one["warc-type"] === "resource")).toHaveLength(asked.length);
  },
);
