import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";

import { type CommandEnd, runCommand } from "./command.ts";
import type { Job } from "./job.ts";
import type { Oracle } from "./oracle.ts";
import { accountOf, type Life, type VisitAccount } from "./visits.ts";

/** Answers given so long before a kill have to be committed: a group's 50 ms, a slow start and a slow disk. */
const WINDOW_MS = 1_000;

/** The command that goes on with a run after a kill. */
export type GoingOn = "resume" | "same command";

/** The arguments that go on: those of the first command again where there is nothing yet to resume. */
export async function argsToGoOn(
  job: Job,
  folder: string,
  goOn: GoingOn,
): Promise<readonly string[]> {
  if (goOn === "same command") return job.args;
  const below = await readdir(join(folder, ".fanfetch"), { recursive: true }).catch(() => []);
  return below.some((path) => basename(path) === "journal.db") ? ["resume"] : job.args;
}

/** A run that was cut short, and what the server saw of it until now. */
export interface CutRun {
  readonly job: Job;
  readonly folder: string;
  readonly lives: readonly Life[];
}

/** Who saw it, how it goes on, and how long an answer may wait for its commit. */
export interface AftermathOptions {
  readonly oracle: Oracle;
  readonly goOn: GoingOn;
  /** @default 1000 */
  readonly windowMs?: number;
}

/** Lets a run come to its end and judges everything it has left: output, files, its own word, the server's. */
export async function bringToItsEnd(
  { job, folder, lives }: CutRun,
  { oracle, goOn, windowMs = WINDOW_MS }: AftermathOptions,
): Promise<VisitAccount> {
  const last = await runCommand(await argsToGoOn(job, folder, goOn), { folder });
  const all = [...lives, { visits: await oracle.endOfLife(), killedMs: undefined }];
  const violations: string[] = [];
  if (last.exitCode !== 0) violations.push(`the last of it ended with ${wordsOf(last)}`);
  violations.push(...(await job.violations(folder)));
  const verified = await runCommand(["verify"], { folder });
  if (verified.exitCode !== 0) violations.push(`verify ended with ${wordsOf(verified)}`);
  const account = accountOf(all, { windowMs });
  return { ...account, violations: [...violations, ...account.violations] };
}

/** How a command ended, for people. */
export function wordsOf({ exitCode, signal, stderr, stdout }: CommandEnd): string {
  return `${exitCode ?? signal}: ${(stderr + stdout).trim().slice(0, 600)}`;
}
