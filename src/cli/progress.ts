import type { Clock } from "../core/clock.ts";
import type { Listener, RunEvent } from "../core/event.ts";
import type { Tally } from "../report/tally.ts";
import { createEventLines } from "./event-lines.ts";
import { createLiveBlock } from "./live-block.ts";
import { createSpeedometer, progressBlock, progressLine } from "./progress-view.ts";
import type { ProgressKind } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

/** What a person or a program hears on stderr while a run goes on. */
export interface Progress extends Disposable {
  /** Hears the run's events, after the tally has counted them. */
  readonly listen: Listener;
  /** Says a line that stays. */
  say(line: string): void;
  /** Says what went wrong, also when asked to be quiet. */
  complain(line: string): void;
  /** Says the account: the last line of a run; programs hear where the run is kept, too. */
  account(line: string, run: string | undefined): void;
  /** Lets something be written to the terminal without tearing the block. */
  aside<T>(write: () => T): T;
}

/** What a progress shows, and on what. */
export interface ProgressOptions {
  readonly kind: Exclude<ProgressKind, "auto">;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly tally: Tally;
  /** `names.csv → out.csv` */
  readonly title: string;
}

/** At most ten times a second. */
const FRAME_MS = 100;

/** When plain lines come: soon enough to show life, then ever more rarely. */
const PLAIN_DELAYS_MS = [3_000, 5_000, 10_000, 20_000, 30_000] as const;

/** The kind that `auto` means here: a block where a person watches and no records run through it. */
export function progressKind(
  asked: ProgressKind,
  terminal: Terminal,
  stdout: "records" | "other",
): Exclude<ProgressKind, "auto"> {
  const watched = terminal.stderr.seenBy === "person";
  // A block cannot be drawn over lines that someone else writes; escapes have no place in a pipe.
  const torn = stdout === "records" && terminal.stdout.seenBy === "person" && watched;
  if (asked === "bar") return watched && !torn ? "bar" : "plain";
  if (asked !== "auto") return asked;
  return torn ? "none" : watched ? "bar" : "plain";
}

/** Starts telling; ends when disposed, and leaves no timer behind. */
export function createProgress(options: ProgressOptions): Progress {
  if (options.kind === "bar") return createBar(options);
  if (options.kind === "plain") return createPlain(options);
  if (options.kind === "json") return createEventLines(options);
  const write = (line: string): void => void options.terminal.stderr.write(`${line}\n`);
  const say = options.kind === "quiet" ? (): void => {} : write;
  return {
    listen: () => {},
    say,
    complain: write,
    account: say,
    aside: (act) => act(),
    [Symbol.dispose]() {},
  };
}

function createBar({ terminal, clock, tally, title }: ProgressOptions): Progress {
  const block = createLiveBlock(terminal.stderr, terminal.colour);
  const speed = createSpeedometer();
  let timer: Disposable | undefined;
  let isOver = false;
  const draw = (): void => {
    timer = undefined;
    if (isOver) return;
    block.draw(
      progressBlock(tally, { title, nowMs: clock.now(), speed, columns: terminal.stderr.columns }),
    );
    timer = clock.after(FRAME_MS, draw);
  };
  const say = (line: string): void => {
    block.clear();
    void terminal.stderr.write(`${line}\n`);
  };
  return {
    listen(event) {
      // The first frame waits: a run of a few milliseconds should not flicker.
      if (event.type === "started") timer ??= clock.after(FRAME_MS, draw);
      if (event.type === "ended") block.clear();
    },
    say,
    complain: say,
    account: say,
    aside(write) {
      if (terminal.stdout.seenBy === "person") block.clear();
      return write();
    },
    [Symbol.dispose]() {
      isOver = true;
      timer?.[Symbol.dispose]();
      block.clear();
    },
  };
}

function createPlain({ terminal, clock, tally }: ProgressOptions): Progress {
  const speed = createSpeedometer();
  let timer: Disposable | undefined;
  let told = 0;
  const next = (): void => {
    timer = clock.after(PLAIN_DELAYS_MS[Math.min(told, PLAIN_DELAYS_MS.length - 1)]!, () => {
      void terminal.stderr.write(`${progressLine(tally, { nowMs: clock.now(), speed })}\n`);
      told += 1;
      next();
    });
  };
  const say = (line: string): void => void terminal.stderr.write(`${line}\n`);
  const end = (): void => {
    timer?.[Symbol.dispose]();
    timer = undefined;
  };
  return {
    listen(event: RunEvent) {
      // Each step of a job starts.
      if (event.type === "started" && timer === undefined) next();
      if (event.type === "ended") end();
    },
    say,
    complain: say,
    account: say,
    aside: (write) => write(),
    [Symbol.dispose]: end,
  };
}
