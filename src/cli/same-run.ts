import { existsSync } from "node:fs";
import { resolve } from "node:path";

import type { Money } from "../formats/money.ts";
import { digestOf, findEarlier } from "../queue/choose-run.ts";
import { readDoneList } from "../queue/journal-log.ts";
import type { DoneRows } from "../queue/done-rows.ts";
import { readSessions } from "../queue/describe-run.ts";
import { type RunIdentity, RUNS_FOLDER } from "../queue/run-directories.ts";
import { earlierCost } from "../report/earlier-cost.ts";
import { inputOf } from "../runs/input-to-know.ts";
import { tableOf } from "../runs/run-table.ts";
import type { WorkSettings } from "../runs/work-settings.ts";
import { openToRead, readError } from "../runs/open-to-read.ts";

/** What the run of the same work has done already. */
export interface SameRun {
  readonly directory: string;
  readonly done: DoneRows;
  readonly paid: Money | undefined;
}

/**
 * Finds the run that a command would go on with, and reads it; writes nothing. One whose input is standard
 * input is not found: it would have to be read to be known.
 * @throws UsageError where the directory that was named holds another run, or its journal is damaged.
 */
export async function findSameRun(settings: WorkSettings): Promise<SameRun | undefined> {
  const { run, input, caps } = settings;
  if (run.kind !== "durable" || run.earlier === "ignore") return undefined;
  if (input.kind !== "urls" && input.path === "-") return undefined;
  const known = await inputOf(settings, async () => false);
  let digest: string | null | undefined;
  const isSame = (other: RunIdentity): boolean =>
    other.work === run.work && other.input === (digest ??= digestOf(known));
  const named = run.directory === undefined ? undefined : resolve(run.directory);
  const directory = findEarlier({ directory: named, base: resolve(RUNS_FOLDER) }, isSame);
  if (directory === undefined) return undefined;
  const table = tableOf(settings);
  // Whoever took the table away wants another one: the run begins anew.
  if (table !== undefined && !existsSync(table.path)) return undefined;
  using store = openToRead(directory);
  try {
    return {
      directory,
      done: readDoneList(store.database, directory),
      paid: earlierCost({ sessions: readSessions(store), facts: store.facts() }, caps.price),
    };
  } catch (error) {
    throw readError(error);
  }
}
