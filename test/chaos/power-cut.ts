// Cuts the power of a file system under a run: `node test/chaos/power-cut.ts --cuts 30 --seed 1`. The file
// system is an image of ext4, shut down by its own ioctl without writing out its journal (as xfstests does),
// so that everything is lost that was not synced.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import build from "../support/build.ts";
import { argsToGoOn, bringToItsEnd } from "./aftermath.ts";
import { type Chance, createChance } from "./chance.ts";
import { startCommand } from "./command.ts";
import { createJob, JOB_KINDS } from "./job.ts";
import { chooseMoment, untilMoment } from "./kill-moment.ts";
import { type Mount, mountImage, runProgram } from "./mount.ts";
import { type Oracle, startOracle } from "./oracle.ts";
import { say, sayWhySkipped } from "./say.ts";
import { stalledMs } from "./stalled.ts";
import { type Life, nowMs } from "./visits.ts";

/** EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH, of fs/ext4/ext4.h. */
const SHUT_DOWN = `
import fcntl, os, struct, sys
folder = os.open(sys.argv[1], os.O_RDONLY)
sys.stdin.read()
fcntl.ioctl(folder, 0x8004587d, struct.pack("I", 2))
`;
const IMAGE_SIZE = "64M";
const SLOWEST_ANSWER_MS = 20;

/** A switch that is at hand: the program is running, only its ioctl is left. */
function readySwitch(folder: string): { readonly cut: () => Promise<void> } {
  const child = spawn("python3", ["-c", SHUT_DOWN, folder], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the file system could not be shut down (${code})`));
    });
  });
  return {
    cut() {
      child.stdin.end();
      return ended;
    },
  };
}

interface CutsEnd {
  readonly cuts: number;
  readonly repeats: number;
  readonly violations: readonly string[];
}

/** One run whose power is cut some times before it may come to its end. */
async function endureCuts(
  scratch: string,
  {
    wanted,
    chance,
    oracle,
  }: { readonly wanted: number; readonly chance: Chance; readonly oracle: Oracle },
): Promise<CutsEnd> {
  const image = join(scratch, "disk");
  runProgram("truncate", "-s", IMAGE_SIZE, image);
  runProgram("mkfs.ext4", "-q", "-F", image);
  const kind = chance.oneOf(JOB_KINDS);
  const job = createJob(kind, chance.between(300, 900), oracle.url);
  const lives: Life[] = [];
  let cuts = 0;
  const place = join(scratch, "mounted");
  const folder = join(place, "job");
  let mounted: Mount = mountImage(place, image);
  try {
    await job.prepare(folder);
    runProgram("sync", "-f", folder);
    await oracle.begin(SLOWEST_ANSWER_MS);
    while (cuts < wanted) {
      const power = readySwitch(place);
      const command = startCommand(await argsToGoOn(job, folder, "resume"), { folder });
      const moment = chooseMoment(chance, { owed: job.rows, kills: wanted - cuts });
      const met = await untilMoment(moment, { folder, oracle, over: command.ended });
      const stalled = stalledMs(command.child.pid!);
      const killedMs = nowMs();
      await power.cut();
      command.child.kill("SIGKILL");
      await command.ended;
      lives.push({ visits: await oracle.endOfLife(), killedMs, stalledMs: stalled });
      mounted[Symbol.dispose]();
      mounted = mountImage(place, image);
      cuts += 1;
      if (met === "over") break;
    }
    const account = await bringToItsEnd({ job, folder, lives }, { oracle, goOn: "resume" });
    const violations = account.violations.map((text) => `${kind}, ${cuts} cuts: ${text}`);
    return { cuts, repeats: account.repeats, violations };
  } finally {
    mounted[Symbol.dispose]();
    rmSync(image);
  }
}

/** Why there can be no cut here; undefined where there can. */
function strangerToCuts(scratch: string): string | undefined {
  try {
    const image = join(scratch, "probe");
    runProgram("truncate", "-s", "4M", image);
    runProgram("mkfs.ext4", "-q", "-F", image);
    using mounted = mountImage(join(scratch, "probed"), image);
    runProgram("python3", "-c", SHUT_DOWN, mounted.path);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

if (import.meta.main) {
  await build();
  const { values } = parseArgs({
    options: { cuts: { type: "string", default: "30" }, seed: { type: "string", default: "1" } },
  });
  const scratch = mkdtempSync(join(tmpdir(), "fanfetch-power-"));
  const reason = strangerToCuts(scratch);
  if (reason !== undefined) {
    sayWhySkipped("power cuts", { reason, inCi: "is skipped" });
  } else {
    await using oracle = await startOracle();
    const chance = createChance(Number(values.seed));
    let [cuts, repeats, violations] = [0, 0, 0];
    while (cuts < Number(values.cuts)) {
      const wanted = Math.min(chance.between(1, 5), Number(values.cuts) - cuts);
      const end = await endureCuts(scratch, { wanted, chance, oracle });
      for (const violation of end.violations) say(`VIOLATION: ${violation}`);
      cuts += end.cuts;
      repeats += end.repeats;
      violations += end.violations.length;
    }
    say(
      `power cuts: seed ${values.seed}: ${cuts} cuts, ${repeats} requests made again, ${violations} violations`,
    );
    process.exitCode = violations === 0 ? 0 : 1;
  }
  rmSync(scratch, { recursive: true, force: true });
}
