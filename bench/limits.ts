import { createRateLearner, type RateLearner } from "../src/policy/rate-learner.ts";
import { limitModelOf } from "../src/rehearsal/limit-model.ts";
import { judge, type Judged } from "../test/limits/judge.ts";
import { RIVALS } from "../test/limits/rivals.ts";
import { SERVER_MODELS, type ServerRow } from "../test/limits/server-models.ts";
import { simulate } from "../test/limits/simulate.ts";
import type { Ground } from "./ground.ts";
import { machine, type Section, table } from "./results.ts";

const FIRST_SEED = 11;
const SHORT_MS = 15_000;
const LONG_MS = 60_000;

/** How much of what servers allow is got, by simulation: the learner beside others, first visit and second. */
export async function benchLimits(ground: Ground): Promise<Section> {
  const seeds = Array.from({ length: ground.runs ?? 5 }, (_, index) => FIRST_SEED + index);
  const rows = SERVER_MODELS.map((row) => lineOf(row, seeds));
  const others = RIVALS.map(({ name }) => name);
  return {
    name: "limits",
    text: [
      machine([`Node ${process.version}`]),
      `Simulated (\`test/limits/\`): a round trip of 50 ms where none is named, log-normal service (20 %), arrivals that jitter by 1.5 ms, at most 256 under way, an endless list, seeds ${seeds[0]}–${seeds.at(-1)}. Per cent of what the server allows, and per cent of what was sent that was refused. *15 s*: the lowest seed in brackets. *warm*: from 5 s to 60 s. *known*: 15 s with the profile of an earlier minute. Others over 60 s: got/refused; the list being endless, they go on with the next row at a refusal. Over 100: a part of the round trip is outside the place, or a window more was begun. Lost rows: ${String(rows.reduce((sum, { lost }) => sum + lost, 0))}. No number was fitted to the *unseen* servers; what they showed changed four rules (refusals by chance, wider trials of more places, limits within limits, probes at slow servers).`,
      table(
        ["server", "15 s", "60 s", "warm", "refused 15 s → 60 s", "known", "refused", ...others],
        rows.map(({ cells }) => cells),
      ),
      byMinute(seeds),
      roundTrips(seeds),
    ].join("\n\n"),
  };
}

function fresh(known?: RateLearner): RateLearner {
  const profile = known?.profile();
  return createRateLearner({ most: 256, profile });
}

function lineOf({ name, spec, roundTripMs, unseen }: ServerRow, seeds: readonly number[]) {
  const first: Judged[] = [];
  const second: Judged[] = [];
  for (const seed of seeds) {
    const client = fresh();
    first.push(judge(spec, client, seed, { forMs: LONG_MS, roundTripMs }));
    second.push(judge(spec, fresh(client), seed + 500, { forMs: SHORT_MS, roundTripMs }));
  }
  const rivals = RIVALS.map((rival) => {
    const all = seeds.map((seed) =>
      judge(spec, rival.create(), seed, { forMs: LONG_MS, roundTripMs, hasty: rival.hasty }),
    );
    return `${percent(mean(all, "whole"))}/${percent(mean(all, "refused"))}`;
  });
  const lowest = Math.min(...first.map(({ early }) => early));
  return {
    lost: first.reduce((sum, { lost }) => sum + lost, 0),
    cells: [
      unseen === true ? `${name} (unseen)` : name,
      `${percent(mean(first, "early"))} (${percent(lowest)})`,
      percent(mean(first, "whole")),
      percent(mean(first, "warm")),
      `${fine(mean(first, "refusedEarly"))} → ${fine(mean(first, "refused"))}`,
      percent(mean(second, "early")),
      fine(mean(second, "refused")),
      ...rivals,
    ],
  };
}

/** Minutes that are played of limits within limits. */
const MINUTES = 5;

/** Limits within limits, and windows that nobody tells of, minute by minute. */
function byMinute(seeds: readonly number[]): string {
  const specs = [
    ["10/s, 100 in any minute", "bucket:10/s+sliding:100/60s", 100],
    ["20/s without depth, 200 a minute", "bucket:20/s,burst=1+window:200/60s", 200],
    ["5/s, 100 in 30 s", "bucket:5/s+window:100/30s", 200],
    ["4 places, 300 a minute", "places:4+window:300/60s", 300],
    ["100 in 10 s", "window:100/10s", 600],
    ["2000 in 15 s", "window:2000/15s", 8000],
  ] as const;
  const minutes = Array.from({ length: MINUTES }, (_, minute) => minute);
  const lines = specs.map(([name, spec, most]) => {
    const all = seeds.map((seed) =>
      simulate({
        client: fresh(),
        model: limitModelOf(spec),
        seed,
        forMs: MINUTES * LONG_MS,
      }),
    );
    return [
      name,
      ...minutes.map((minute) => {
        const inMinute = (times: readonly number[]): number =>
          times.filter((atMs) => Math.floor(atMs / LONG_MS) === minute).length / seeds.length;
        const got = all.reduce((sum, { acceptedAt }) => sum + inMinute(acceptedAt), 0);
        const refused = all.reduce((sum, { refusedAt }) => sum + inMinute(refusedAt), 0);
        return `${percent(got / most)} / ${fine(refused / (got + refused))}`;
      }),
    ];
  });
  const heads = minutes.map((minute) => `minute ${minute + 1}`);
  return `Limits within limits, and windows, by minute, got / refused (over 100 in the first: a window more was begun):\n\n${table(["server", ...heads], lines)}`;
}

/** The same by round trip, for those that a slow server makes hard. */
function roundTrips(seeds: readonly number[]): string {
  const delays = [5, 50, 500, 1500];
  const names = new Set(["bucket 100/s, depth 100", "window 50 in 1 s", "8 places", "unlimited"]);
  const lines = SERVER_MODELS.filter(({ name }) => names.has(name)).map(({ name, spec }) => [
    name,
    ...delays.map((roundTripMs) => {
      const all = seeds.map((seed) => judge(spec, fresh(), seed, { roundTripMs }));
      return `${percent(mean(all, "whole"))} / ${percent(mean(all, "warm"))}`;
    }),
  ]);
  return `By round trip, over 60 s / warm:\n\n${table(["server", ...delays.map((ms) => `${ms} ms`)], lines)}`;
}

function mean(all: readonly Judged[], key: keyof Judged): number {
  return all.reduce((sum, judged) => sum + judged[key], 0) / all.length;
}

/** Whole per cents; nothing where nothing was allowed. */
function percent(share: number): string {
  return Number.isFinite(share) ? (100 * share).toFixed(0) : "–";
}

function fine(share: number): string {
  return (100 * share).toFixed(1);
}
