import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { startRehearsal } from "../rehearsal/rehearsal.ts";
import { parseCommandLine } from "./command-line.ts";
import { playCrawl } from "./demo-crawl.ts";
import { DEMO_STORIES } from "./demo-stories.ts";

test("story E binds its book, in both modes, and tells how many chapters it has", async () => {
  await using server = await startRehearsal({ stories: { bookMs: 0, crawlDelayMs: 0 } });
  await using folder = await temporaryFolder();
  const story = DEMO_STORIES.find(({ letter }) => letter === "E")!;
  const signals = { drain: new AbortController().signal, stop: new AbortController().signal };
  for (const mode of ["sequential", "concurrent"]) {
    const line = await parseCommandLine(story.argv(server.url, folder.path));
    const values = new Map([...line.values, ["mode", [mode]] as const]);
    const { tally, book } = await playCrawl({ ...line, values }, signals);
    expect(tally).toMatchObject({ answered: 15, failed: 0 });
    expect(book).toMatch(/^12 of 12 chapters, 28 pages/);
  }
  expect(existsSync(join(folder.path, "book.pdf"))).toBe(true);
  expect(server.seen.total).toBe(30);
});
