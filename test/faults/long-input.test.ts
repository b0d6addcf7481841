import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";
import { verifyWhole } from "./aftermath.ts";

const MOST_BYTES = 200 * 1024 * 1024;

/** Lets a command say at its end how much memory it had at most, in kilobytes. */
const TELLING = `data:text/javascript,${encodeURIComponent(`
  import { isMainThread } from "node:worker_threads";
  if (isMainThread) {
    process.on("exit", () => {
      process.stderr.write("peak " + process.resourceUsage().maxRSS + " kB\\n");
    });
  }
`)}`;

for (const [what, rows, questions] of [
  ["300,000 rows that ask 300 questions", 300_000, 300],
  ["60,000 rows that ask something else each", 60_000, 60_000],
] as const) {
  test(`109 ${what} stream through standard input and the journal in at most 200 MB`, async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    const lines = Array.from({ length: rows }, (_, n) => `${n},${(n * 7_919) % questions}\n`);
    const ended = await fanfetch(
      ...["map", "-", world.at("/json/{q}"), "-o", "out.csv", "--per-host", "64", "-q"],
    )
      .in(folder)
      .env({ NODE_OPTIONS: `--import ${TELLING}` })
      .stdin(`n,q\n${lines.join("")}`);
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(world.seen.total).toBe(questions);
    const peakBytes = Number(/^peak (\d+) kB$/m.exec(ended.stderr)?.[1]) * 1024;
    expect(peakBytes).toBeLessThanOrEqual(MOST_BYTES);
    expect((await folder.read("out.csv")).split("\n")).toHaveLength(rows + 2);
    await verifyWhole(folder);
  });
}
