import { existsSync } from "node:fs";
import { rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { formatCount } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import { INPUT_FILE } from "../queue/input-copy.ts";
import { JOURNAL_FILE, JournalError, RunLocked } from "../queue/journal-format.ts";
import { type Journal, type JournalThread, startJournalThread } from "../queue/journal.ts";
import { RUNS_FOLDER } from "../queue/run-directories.ts";
import { checkStanding, type StandingCheck } from "../sinks/check-standing.ts";
import type { Standing } from "../sinks/sink.ts";
import { inputOf } from "./input-to-know.ts";
import { openToRead } from "./open-to-read.ts";
import { RunStopped } from "./run-stopped.ts";
import { type RunTable, tableOf } from "./run-table.ts";
import type { WorkSettings } from "./work-settings.ts";
import { shownPath } from "./shown-path.ts";
import { endRewrite, standingOf, takeFailuresBack } from "./work-retry.ts";

/** The durable side of a piece of work. */
export interface WorkRun {
  readonly journal: Journal;
  /** The earlier run of the same work whose answers are asked about; undefined where there is none. */
  readonly since: string | undefined;
  /** Short and its own, for the names of temporary files. */
  readonly id: string;
  /** The table of records, where there is one. */
  readonly table: RunTable | undefined;
  /** Where the table stood; undefined in a run that is new to its outputs. */
  readonly standing: Standing | undefined;
  /** How records come to stand in the table; `appended` until a retry of a run in order has ended. */
  readonly order: "as the command says" | "appended";
  /** In the order of the input, the first row that the table does not have. */
  readonly nextInOrder: number;
  /** What files that exist where answers are saved are to this run. */
  readonly files: "its own" | "as the command says";
  /** Where standard input was copied to; undefined where it is being copied. */
  readonly stdinFile: string | undefined;
  /** What a person is to hear before it starts. */
  readonly notes: readonly string[];
  /** Lets go of a run in which nothing was sent; a new one is removed. */
  discard(): Promise<void>;
}

/**
 * Opens the run that the settings ask for: the earlier one of the same work, or a new one.
 * @throws RunStopped where another process runs it, DiskError, UsageError for outputs that are not this
 * run's or not as it left them, for an input that has changed and for a journal that cannot be used.
 */
async function openWorkRun(settings: WorkSettings): Promise<WorkRun | undefined> {
  if (settings.run.kind === "in memory") return undefined;
  let thread = startJournalThread();
  try {
    let journal = await openRun(settings, thread, "go on");
    let found = await settleEarlier(settings, journal);
    if (found === "missing" && settings.run.kind === "durable") {
      // Whoever took the table away wants another one.
      await journal.end("stopped", "{}");
      thread = startJournalThread();
      journal = await openRun(settings, thread, "ignore");
      found = "as it was";
    }
    if (found === "as it was") return workRun(journal, settings);
    await (journal.run.origin === "new" ? discard(journal) : journal.end("stopped", "{}"));
    throw new UsageError(
      `${visible(settings.output.path)} is ${FOUND[found]} since ${sinceOf(journal, settings) ?? journal.run.directory} wrote it; put it back, or begin anew with --force`,
    );
  } catch (error) {
    await thread.stop();
    throw stopOf(error);
  }
}

/** Opens the run while others get ready; whoever awaits it hears of a failure. */
export function openAhead(settings: WorkSettings): Promise<WorkRun | undefined> {
  const opening = openWorkRun(settings);
  opening.catch(() => {});
  return opening;
}

const FOUND = { missing: "gone", shorter: "shorter", changed: "changed" } as const;

async function openRun(
  settings: WorkSettings,
  thread: JournalThread,
  earlier: "go on" | "ignore",
): Promise<Journal> {
  const { run, output } = settings;
  if (run.kind === "existing") {
    const input = await inputOf(settings, async () => false);
    return await thread.open({ kind: "existing", directory: run.directory, input });
  }
  if (run.kind === "in memory") throw new TypeError("a run in memory has no journal");
  const base = resolve(RUNS_FOLDER);
  const mayGoOn = earlier === "go on" && run.earlier === "go on";
  const input = await inputOf(
    settings,
    async () => mayGoOn && (await thread.wasReadBefore(base, run.work)),
  );
  const table = tableOf(settings);
  await using read = new AsyncDisposableStack();
  if (input.kind === "was read") read.defer(() => rm(input.path, { force: true }));
  const isTaken = output.existing === "refuse" && table !== undefined && existsSync(table.path);
  return await thread.open({
    kind: "same or new",
    base,
    directory: run.directory && resolve(run.directory),
    name: run.name,
    work: run.work,
    input,
    job: JSON.stringify(run.job),
    order: output.order,
    earlier: mayGoOn ? "go on" : "ignore",
    finished: isAskedAgain(settings) ? "begin beside" : "go on",
    refusal: isTaken
      ? `${visible(output.path)} exists and is not this run's; --force overwrites it`
      : undefined,
  });
}

/**
 * Whether the same command, once it has finished, is to ask what has changed: a crawl of files, unless its
 * run has a directory of its own.
 */
export function isAskedAgain({ crawl, output, run }: WorkSettings): boolean {
  if (crawl === undefined || (run.kind === "durable" && run.directory !== undefined)) return false;
  // An archive has what was answered, not what was not sent again.
  if (output.kind === "archive") return false;
  return crawl.folder !== undefined || crawl.book !== undefined || output.save !== undefined;
}

/** The run before, as the settings or its journal say; undefined where it is not there any more. */
function sinceOf({ run }: Journal, settings: WorkSettings): string | undefined {
  const given = settings.run.kind === "durable" ? settings.run.since : undefined;
  const since = given ?? (JSON.parse(run.facts.get("since") ?? "null") as string | null);
  return since !== null && existsSync(join(since, JOURNAL_FILE)) ? since : undefined;
}

/** Where the earlier run left the table. */
function standingSince(since: string): Standing | undefined {
  using store = openToRead(since);
  return store.fact<Standing>("standing");
}

/** Brings an earlier run to where this command goes on from; tells how its table is found. */
async function settleEarlier(settings: WorkSettings, journal: Journal): Promise<StandingCheck> {
  const { run } = settings;
  const table = tableOf(settings);
  if (journal.run.origin === "new") {
    // A job that is run again has its tables written again, whatever became of them.
    const isGiven = run.kind === "durable" && run.since !== undefined;
    const since = isGiven ? undefined : sinceOf(journal, settings);
    const standing = since === undefined ? undefined : standingSince(since);
    if (table === undefined || standing === undefined) return "as it was";
    const found = await checkStanding(table.path, standing);
    // Whoever took it away gets it again.
    return found === "missing" ? "as it was" : found;
  }
  if (table !== undefined) {
    await endRewrite(journal, table);
    const standing = standingOf(journal);
    if (standing.bytes > 0) {
      const found = await checkStanding(table.path, standing);
      if (found !== "as it was") return found;
    }
  }
  if (run.kind === "existing" && run.again !== undefined) {
    await takeFailuresBack(journal, { again: run.again, gives: run.gives, table });
  }
  return "as it was";
}

function workRun(journal: Journal, settings: WorkSettings): WorkRun {
  const table = tableOf(settings);
  const { run } = journal;
  const isNew = run.origin === "new";
  const since = sinceOf(journal, settings);
  const passed = run.facts.get("passed");
  const inputFile = join(run.directory, INPUT_FILE);
  // Beware: a new run whose standard input was read before has its file already.
  const isCopying = isNew && run.facts.get("input") === undefined;
  return {
    journal,
    since,
    id: idOf(run.identity),
    table,
    standing: isNew || table === undefined ? undefined : standingOf(journal),
    order:
      (run.facts.get("appendedFrom") ?? "null") === "null" ? "as the command says" : "appended",
    nextInOrder: passed === undefined ? 1 : Number(passed) + 1,
    files: run.facts.has("checked") ? "its own" : "as the command says",
    stdinFile: isCopying ? undefined : inputFile,
    notes: [
      ...(isNew ? [] : [goingOn(journal)]),
      ...(since === undefined ? [] : [`asking what has changed since ${shownPath(since)}`]),
    ],
    discard: () => discard(journal),
  };
}

/** Short and the same for the same work, for the names of temporary files. */
export function idOf({ work }: { readonly work: string }): string {
  return work.slice(0, 12);
}

async function discard(journal: Journal): Promise<void> {
  const { run } = journal;
  await journal.end("stopped", "{}");
  if (run.origin === "earlier") return;
  // A run with nothing in it does no harm; what it was discarded for says more.
  await rm(run.directory, { recursive: true, force: true }).catch(() => {});
  // Goes with its last run.
  await rmdir(dirname(run.directory)).catch(() => {});
}

function goingOn({ run, done }: Journal): string {
  const total = run.facts.get("total");
  const of = total === undefined ? "" : ` of ${formatCount(Number(total))}`;
  const last = run.sessions.at(-1);
  const died =
    last !== undefined && last.endedMs === null ? "; its last process ended without a word" : "";
  const isAll = total !== undefined && done.count >= Number(total);
  const rest = isAll ? "; nothing is owed, --force asks anew" : "";
  return `going on with ${shownPath(run.directory)}: ${formatCount(done.count)}${of} are there already${died}${rest}`;
}

/** A fault of the journal as the command line tells it. */
function stopOf(error: unknown): unknown {
  if (error instanceof RunLocked) {
    return new RunStopped("locked", `${error.message}; wait for it or stop it first`);
  }
  if (error instanceof JournalError) return new UsageError(error.message, { cause: error });
  return error;
}
