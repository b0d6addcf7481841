import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

const EXAMPLES = fileURLToPath(new URL("../../examples", import.meta.url));

/** Under which path the server of this machine plays each, and what it ends with. */
const PLAYED = [
  ["book", "/book", 14, "book.pdf"],
  ["five-urls", "/slow/5ms/json", 5, "pages/http.html"],
  ["names", "", 4, "gender.csv"],
  ["places", "/maps/api/place", 3, "places.jsonl"],
  ["players", "/stats", 491, "players/Zoë_Ångström.json"],
] as const;

test.each(PLAYED)("the example %s runs as it is", async (name, path, inputs, output) => {
  await using world = await startWorld({ stories: { crawlDelayMs: 0 } });
  await using folder = await temporaryFolder();
  await cp(EXAMPLES, folder.path, { recursive: true });
  const base = ["--set", `base=${world.url}${path}`, "--rate", "100000/s"];
  const ended = await fanfetch("run", `${name}.yaml`, ...base)
    .in(folder)
    .env({ GOOGLE_MAPS_KEY: "k" });
  expect(ended.stderr).toContain(`${inputs} inputs = ${inputs} answered + 0 failed + 0 skipped`);
  expect(ended.exitCode).toBe(0);
  expect(await folder.names()).toContain(output);
});
