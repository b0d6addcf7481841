import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { bringToItsEnd } from "./aftermath.ts";
import type { Chance } from "./chance.ts";
import { chooseDisk, crashAt, crashPlaces } from "./disk-model.ts";
import type { Oracle } from "./oracle.ts";
import type { TracedRun } from "./traced-run.ts";

/**
 * Lays out a disk that a power cut may leave of a run, lets the command line go on from there to the
 * end, and judges what it has left. Gives what is wrong.
 */
export async function resumeFound(
  { job, folder, history }: TracedRun,
  { oracle, chance }: { readonly oracle: Oracle; readonly chance: Chance },
): Promise<readonly string[]> {
  const place = chance.oneOf(crashPlaces(history));
  const disk = chooseDisk(crashAt(history, place), "torn writes", chance);
  try {
    // Where it was begun: that is where a run's relative names are meant from.
    await job.prepare(folder);
    for (const [path, content] of disk) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    await oracle.begin(0);
    const account = await bringToItsEnd({ job, folder, lives: [] }, { oracle, goOn: "resume" });
    return account.violations.map((words) => `cut at ${place} of its log and resumed: ${words}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
