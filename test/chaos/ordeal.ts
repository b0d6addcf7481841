import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Chance } from "./chance.ts";
import { type Command, type CommandEnd, runCommand, startCommand } from "./command.ts";
import { committedQuestions } from "./committed.ts";
import { createJob, type Job, type JobKind } from "./job.ts";
import { chooseMoment, untilMoment } from "./kill-moment.ts";
import type { Oracle } from "./oracle.ts";
import { accountOf, type Life, nowMs, type VisitAccount } from "./visits.ts";

/** How a run is tried. */
export interface OrdealOptions {
  readonly oracle: Oracle;
  readonly chance: Chance;
  readonly kind: JobKind;
  readonly rows: number;
  /** Kills in a row before it may come to its end. */
  readonly kills: number;
  /** The command that goes on after a kill. */
  readonly goOn: "resume" | "same command";
}

/** What came of it. */
export interface OrdealEnd extends VisitAccount {
  /** Kills that hit a living process. */
  readonly kills: number;
  /** Kills after which the journal did not exist yet, so that the work was begun anew. */
  readonly begunAnew: number;
}

/** Answers given so long before a kill have to be committed: a group's 50 ms, and a disk that takes its time. */
const WINDOW_MS = 1_000;
const SLOWEST_ANSWER_MS = 20;

/** Kills a run again and again, lets it come to its end, and judges what it has left. */
export async function endure(options: OrdealOptions): Promise<OrdealEnd> {
  const { oracle, kind, rows } = options;
  const folder = await mkdtemp(join(tmpdir(), "fanfetch-chaos-"));
  const job = createJob(kind, rows, oracle.url);
  await job.prepare(folder);
  await oracle.begin(SLOWEST_ANSWER_MS);
  const violations: string[] = [];
  const lives: Life[] = [];
  const { kills, begunAnew } = await killAndGoOn(job, folder, lives, options);
  const last = await runCommand(await argsOf(job, folder, options.goOn), { folder });
  lives.push({ visits: await oracle.endOfLife(), killedMs: undefined });
  if (last.exitCode !== 0) violations.push(`the last of it ended with ${wordsOf(last)}`);
  violations.push(...(await job.violations(folder)));
  const verified = await runCommand(["verify"], { folder });
  if (verified.exitCode !== 0) violations.push(`verify ended with ${wordsOf(verified)}`);
  const account = accountOf(lives, { windowMs: WINDOW_MS, shared: job.shared });
  violations.push(...account.violations);
  if (violations.length === 0) await rm(folder, { recursive: true });
  else violations.push(`the folder is kept: ${folder}`);
  return { ...account, violations, kills, begunAnew };
}

async function killAndGoOn(
  job: Job,
  folder: string,
  lives: Life[],
  { oracle, chance, kills: wanted, goOn }: OrdealOptions,
): Promise<{ readonly kills: number; readonly begunAnew: number }> {
  let [kills, begunAnew, owed] = [0, 0, job.rows];
  while (kills < wanted) {
    const args = await argsOf(job, folder, goOn);
    if (args === job.args && lives.length > 0 && goOn === "resume") begunAnew += 1;
    const command = startCommand(args, { folder });
    const moment = chooseMoment(chance, owed);
    const met = await untilMoment(moment, { folder, oracle, over: command.ended });
    const killedMs = nowMs();
    const end = met === "now" ? await killed(command) : await command.ended;
    const committed = await committedQuestions(folder, job.questions);
    const visits = await oracle.endOfLife();
    const isKilled = end.signal === "SIGKILL";
    lives.push({
      visits,
      killedMs: isKilled ? killedMs : undefined,
      committed: committed.questions,
    });
    owed = job.rows - committed.rows;
    if (!isKilled) break;
    kills += 1;
  }
  return { kills, begunAnew };
}

function killed({ child, ended }: Command): Promise<CommandEnd> {
  child.kill("SIGKILL");
  return ended;
}

/** The command that goes on; the first one again where there is nothing yet to resume. */
async function argsOf(
  job: Job,
  folder: string,
  goOn: OrdealOptions["goOn"],
): Promise<readonly string[]> {
  if (goOn === "same command") return job.args;
  const runs = await readdir(join(folder, ".fanfetch")).catch(() => []);
  return runs.length === 0 ? job.args : ["resume"];
}

function wordsOf({ exitCode, signal, stderr, stdout }: CommandEnd): string {
  return `${exitCode ?? signal}: ${(stderr + stdout).trim().slice(0, 600)}`;
}
