import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { argsToGoOn, bringToItsEnd, type GoingOn } from "./aftermath.ts";
import type { Chance } from "./chance.ts";
import { type Command, type CommandEnd, startCommand } from "./command.ts";
import { committedQuestions } from "./committed.ts";
import { createJob, type Job, type JobKind } from "./job.ts";
import { chooseMoment, untilMoment } from "./kill-moment.ts";
import type { Oracle } from "./oracle.ts";
import { stalledMs } from "./stalled.ts";
import { type Life, nowMs, type VisitAccount } from "./visits.ts";

/** How a run is tried. */
export interface OrdealOptions {
  readonly oracle: Oracle;
  readonly chance: Chance;
  readonly kind: JobKind;
  readonly rows: number;
  /** Kills in a row before it may come to its end. */
  readonly kills: number;
  readonly goOn: GoingOn;
}

/** What came of it. */
export interface OrdealEnd extends VisitAccount {
  /** Kills that hit a living process. */
  readonly kills: number;
  /** Kills after which there was nothing to resume yet, so that the work was begun anew. */
  readonly begunAnew: number;
}

const SLOWEST_ANSWER_MS = 20;

/** Kills a run again and again, lets it come to its end, and judges what it has left. */
export async function endure(options: OrdealOptions): Promise<OrdealEnd> {
  const { oracle, kind, rows } = options;
  const folder = await mkdtemp(join(tmpdir(), "fanfetch-chaos-"));
  const job = createJob(kind, rows, oracle.url);
  await job.prepare(folder);
  await oracle.begin(SLOWEST_ANSWER_MS);
  const { lives, ...counts } = await killAgainAndAgain(job, folder, options);
  const account = await bringToItsEnd({ job, folder, lives }, options);
  if (account.violations.length === 0) {
    await rm(folder, { recursive: true });
    return { ...account, ...counts };
  }
  const violations = [...account.violations, `the folder is kept: ${folder}`];
  return { ...account, ...counts, violations };
}

interface Killed {
  readonly lives: readonly Life[];
  readonly kills: number;
  readonly begunAnew: number;
}

async function killAgainAndAgain(
  job: Job,
  folder: string,
  { oracle, chance, kills: wanted, goOn }: OrdealOptions,
): Promise<Killed> {
  const lives: Life[] = [];
  let [kills, begunAnew] = [0, 0];
  const different = new Set(job.questions).size;
  let owed = different;
  while (kills < wanted) {
    const args = await argsToGoOn(job, folder, goOn);
    if (goOn === "resume" && args === job.args && kills > 0) begunAnew += 1;
    const command = startCommand(args, { folder });
    const moment = chooseMoment(chance, { owed, kills: wanted - kills });
    const met = await untilMoment(moment, { folder, oracle, over: command.ended });
    const stalled = stalledMs(command.child.pid!);
    const atMs = nowMs();
    const end = met === "now" ? await kill(command) : await command.ended;
    const committed = await committedQuestions(folder, job.questions);
    const killedMs = end.signal === "SIGKILL" ? atMs : undefined;
    lives.push({
      visits: await oracle.endOfLife(),
      killedMs,
      stalledMs: stalled,
      committed,
    });
    owed = different - committed.size;
    if (killedMs === undefined) break;
    kills += 1;
  }
  return { lives, kills, begunAnew };
}

function kill({ child, ended }: Command): Promise<CommandEnd> {
  child.kill("SIGKILL");
  return ended;
}
