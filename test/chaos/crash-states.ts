import { type Chance, createChance } from "./chance.ts";
import {
  chooseDisk,
  type CrashPoint,
  crashAt,
  type FoundDisk,
  type Survival,
} from "./disk-model.ts";
import type { DiskHistory } from "./disk-ops.ts";
import { RecoveryJudge, type RecoveryRoom } from "./recovery.ts";
import type { TracedRun } from "./traced-run.ts";

/** What the crash states of one run came to. */
export interface StatesEnd {
  readonly states: number;
  readonly points: number;
  /** States in which there was no run yet. */
  readonly withoutRun: number;
  readonly violations: readonly Violation[];
}

/** A state that must not be: seed, point and number make it again from the same history. */
export interface Violation {
  readonly seed: number;
  readonly point: number;
  readonly state: number;
  readonly survival: Survival;
  readonly words: string;
}

const SURVIVALS: readonly Survival[] = ["nothing", "everything", "some writes", "torn writes"];
const MOST_VIOLATIONS = 20;

/** Cuts the power at every operation of a run in turn, so many states in all, and judges each state. */
export function tryStates(
  { history, job, run }: TracedRun,
  {
    room,
    seed,
    states,
  }: { readonly room: RecoveryRoom; readonly seed: number; readonly states: number },
): StatesEnd {
  const judge = new RecoveryJudge(job.expected);
  const points = history.ops.length + 1;
  const violations: Violation[] = [];
  let acknowledged: ReadonlySet<number> | undefined;
  /** Places of syncs that tell of a commit when they return. */
  const syncs = history.ops.flatMap((_, place) =>
    acknowledges(history, place, `${run}/`) ? [place] : [],
  );
  let [tried, withoutRun] = [0, 0];
  for (let index = 0; index < points && violations.length < MOST_VIOLATIONS; index += 1) {
    const nowPlace = history.ops[index]?.began ?? Number.POSITIVE_INFINITY;
    while (syncs[0] !== undefined && history.ops[syncs[0]]!.ended < nowPlace) {
      acknowledged = doneBefore(history, syncs.shift()! + 1, { room, run }) ?? acknowledged;
    }
    const point = crashAt(history, index);
    const share = Math.ceil((states * (index + 1)) / points) - tried;
    for (let state = 0; state < share; state += 1) {
      const chance = createChance(seed ^ Math.imul(index * 4_099 + state, 0x9e3779b1));
      const { disk, survival } = oneDisk(point, state, chance);
      const recovered = room.recover(disk, run);
      if (recovered.kind === "no run") withoutRun += 1;
      tried += 1;
      for (const words of judge.judge(disk, recovered, acknowledged)) {
        violations.push({ seed, point: index, state, survival, words });
      }
    }
  }
  return { states: tried, points, withoutRun, violations };
}

function oneDisk(
  point: CrashPoint,
  state: number,
  chance: Chance,
): { readonly disk: FoundDisk; readonly survival: Survival } {
  // The plain ones once each, then the many that there are between them.
  const survival = SURVIVALS[state] ?? chance.oneOf(SURVIVALS.slice(2));
  return { disk: chooseDisk(point, survival, chance), survival };
}

/** Whether an operation is the sync of a file of the run: with its return a commit may have been told. */
function acknowledges({ ops, before }: DiskHistory, index: number, folder: string): boolean {
  const op = ops[index]!;
  if (op.kind !== "sync") return false;
  const named = ops.some(
    (other) => other.kind === "name" && other.file === op.file && other.path.startsWith(folder),
  );
  return (
    named || [...before].some(([path, { file }]) => file === op.file && path.startsWith(folder))
  );
}

/**
 * What is done when everything that was asked for before a point has reached the disk: after a commit
 * has returned nothing of it may be missing. Undefined where nothing is done yet.
 */
function doneBefore(
  history: DiskHistory,
  index: number,
  { room, run }: { readonly room: RecoveryRoom; readonly run: string },
): ReadonlySet<number> | undefined {
  const disk = chooseDisk(endedBefore(history, index), "everything", createChance(1));
  const recovered = room.recover(disk, run);
  return recovered.kind === "a run" && recovered.done.size > 0 ? recovered.done : undefined;
}

/** The point with only those operations that had returned. */
function endedBefore(history: DiskHistory, index: number): CrashPoint {
  const point = crashAt(history, index);
  const last = history.ops[index - 1]!.ended;
  return { ...point, pending: point.pending.filter((op) => op.ended <= last) };
}
