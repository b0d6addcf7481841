import { type Chance, createChance } from "./chance.ts";
import {
  chooseDisk,
  type CrashPoint,
  crashAt,
  crashPlaces,
  type FoundDisk,
  type Survival,
} from "./disk-model.ts";
import type { DiskHistory, DiskOp } from "./disk-ops.ts";
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
    told = history,
  }: {
    readonly room: RecoveryRoom;
    readonly seed: number;
    readonly states: number;
    /** The history whose syncs tell when a commit had returned. @default the run's */
    readonly told?: DiskHistory;
  },
): StatesEnd {
  const judge = new RecoveryJudge(job.expected);
  const places = crashPlaces(history);
  const points = places.length;
  const violations: Violation[] = [];
  let acknowledged: ReadonlySet<number> | undefined;
  const syncs = syncsOf(told, `${run}/`);
  let [tried, withoutRun] = [0, 0];
  for (const [index, place] of places.entries()) {
    if (violations.length >= MOST_VIOLATIONS) break;
    while (syncs[0] !== undefined && syncs[0].ended < place) {
      acknowledged = doneBefore(history, syncs.shift()!.ended, { room, run }) ?? acknowledged;
    }
    const point = crashAt(history, place);
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

/** Syncs of files of the run, in the order of their returns: with each a commit may have been told. */
function syncsOf({ ops, before }: DiskHistory, folder: string): DiskOp[] {
  const files = new Set<number>();
  for (const [path, { file }] of before) if (path.startsWith(folder)) files.add(file);
  for (const op of ops) if (op.kind === "name" && op.path.startsWith(folder)) files.add(op.file);
  return ops.filter((op) => op.kind === "sync" && files.has(op.file));
}

/**
 * What is done when everything that had returned by a place has reached the disk: after a commit has
 * returned nothing of it may be missing. Undefined where nothing is done yet.
 */
function doneBefore(
  history: DiskHistory,
  place: number,
  { room, run }: { readonly room: RecoveryRoom; readonly run: string },
): ReadonlySet<number> | undefined {
  const point = crashAt(history, place + 1);
  const pending = point.pending.filter((op) => op.ended <= place);
  const disk = chooseDisk({ ...point, pending }, "everything", createChance(1));
  const recovered = room.recover(disk, run);
  return recovered.kind === "a run" && recovered.done.size > 0 ? recovered.done : undefined;
}
