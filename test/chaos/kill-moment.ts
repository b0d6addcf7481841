import { existsSync, type FSWatcher, readdirSync, watch } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import type { Chance } from "./chance.ts";
import type { Oracle } from "./oracle.ts";

/** When a process is killed, counted from its start. */
export type KillMoment =
  | { readonly at: "start-up"; readonly afterMs: number }
  /** When the server has given so many answers, and a little later. */
  | { readonly at: "answers"; readonly answers: number; readonly afterMs: number }
  /** When files of the run's directory were touched so many times. */
  | { readonly at: "commit"; readonly touches: number; readonly afterMs: number };

/** What is left of a run that is killed again and again. */
export interface KillsAhead {
  /** Questions still to be asked. */
  readonly owed: number;
  /** Kills that are still to come, this one included. */
  readonly kills: number;
}

/** Chooses a moment, so that the kills are spread over start-up, middle, commits and the end of a run. */
export function chooseMoment(chance: Chance, { owed, kills }: KillsAhead): KillMoment {
  const part = chance.fraction();
  if (part < 0.2) return { at: "start-up", afterMs: chance.below(250) };
  if (part < 0.45) {
    return { at: "commit", touches: chance.between(1, 40), afterMs: chance.fraction() * 4 };
  }
  // Beware: a run that has come to its end takes no more kills.
  if (kills === 1 && part < 0.85) {
    return { at: "answers", answers: Math.max(1, owed), afterMs: chance.below(80) };
  }
  const most = Math.max(1, Math.min(owed, Math.ceil((2 * owed) / kills)));
  return { at: "answers", answers: chance.between(1, most), afterMs: chance.below(6) };
}

/** Resolves at the moment, or when `over` does; tells which. */
export async function untilMoment(
  moment: KillMoment,
  { folder, oracle, over }: Surroundings,
): Promise<"now" | "over"> {
  const ended = over.then(() => "over" as const);
  if (moment.at === "answers") {
    const reached = oracle.answers(moment.answers).then(() => "now" as const);
    if ((await Promise.race([reached, ended])) === "over") return "over";
  }
  if (moment.at === "commit") {
    using touches = watchRuns(join(folder, ".fanfetch"), moment.touches);
    const reached = touches.reached.then(() => "now" as const);
    if ((await Promise.race([reached, ended])) === "over") return "over";
  }
  return await Promise.race([pause(moment.afterMs, "now" as const), ended]);
}

interface Surroundings {
  readonly folder: string;
  readonly oracle: Oracle;
  readonly over: Promise<unknown>;
}

interface Touches extends Disposable {
  /** Resolves when files of any run were touched so often. */
  readonly reached: Promise<void>;
}

/** Watches the directories of all runs, be they made only now. */
function watchRuns(base: string, wanted: number): Touches {
  const watchers: FSWatcher[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = wanted;
  const timer = setInterval(() => {
    if (!existsSync(base)) return;
    const runs = readdirSync(base);
    if (runs.length === 0) return;
    clearInterval(timer);
    for (const run of runs) watchers.push(watch(join(base, run), count));
  }, 1);
  function count(): void {
    left -= 1;
    if (left <= 0) resolve();
  }
  return {
    reached: promise,
    [Symbol.dispose]() {
      clearInterval(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
