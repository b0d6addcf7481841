import { hash } from "node:crypto";
import { existsSync } from "node:fs";
import { rm, rmdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { formatCount } from "../formats/quantity.ts";
import { JournalError, RunLocked } from "../queue/journal-format.ts";
import { type Journal, type JournalThread, startJournalThread } from "../queue/journal.ts";
import type { InputToKnow, Wanted } from "../queue/journal-messages.ts";
import { RUNS_FOLDER } from "../queue/run-directories.ts";
import { checkStanding, type Found } from "../sinks/table-standing.ts";
import type { Standing } from "../sinks/sink.ts";
import { RunStopped } from "./run-stopped.ts";
import type { Settings } from "./settings.ts";
import type { InputSettings } from "./settings-input.ts";

/** The durable side of a piece of work. */
export interface WorkRun {
  readonly journal: Journal;
  /** Short and its own, for the names of temporary files. */
  readonly id: string;
  /** In the order of the input, the first row that the table does not have. */
  readonly nextInOrder: number;
  /** Where the table stood; undefined in a run that is new to its outputs. */
  readonly standing: Standing | undefined;
  /** What files that exist where answers are saved are to this run. */
  readonly files: "its own" | "as the command says";
  /** What a person is to hear before it starts. */
  readonly notes: readonly string[];
  /** Removes a run that was made and has nothing in it. */
  discard(): Promise<void>;
}

/** What is kept of an output that has nothing yet. */
const NOTHING: Standing = { bytes: 0, checksum: 0, columns: undefined };

/**
 * Opens the run that the settings ask for: the earlier one of the same work, or a new one.
 * @throws RunStopped where another process runs it or the disk refuses, UsageError for outputs that
 * are not this run's or not as it left them, and for a journal that cannot be used.
 */
export async function openWorkRun(settings: Settings): Promise<WorkRun | undefined> {
  if (settings.run.kind === "in memory") return undefined;
  let thread = startJournalThread();
  try {
    let journal = await openRun(settings, thread, "go on");
    let found = await tableOf(settings, journal);
    if (found === "missing" && settings.run.kind === "durable") {
      // Whoever took the table away wants another one.
      await journal.end("stopped", "{}");
      thread = startJournalThread();
      journal = await openRun(settings, thread, "ignore");
      found = "as it was";
    }
    if (found === "as it was") return workRun(settings, journal);
    await journal.end("stopped", "{}");
    throw new UsageError(
      `${settings.output.path} is ${FOUND[found]} since ${journal.run.directory} wrote it; put it back, or begin anew with --force`,
    );
  } catch (error) {
    await thread.stop();
    throw stopOf(error);
  }
}

async function openRun(
  settings: Settings,
  thread: JournalThread,
  earlier: "go on" | "ignore",
): Promise<Journal> {
  const { run, input, output } = settings;
  if (run.kind === "existing") {
    return await thread.open({ kind: "existing", directory: run.directory, input: toKnow(input) });
  }
  if (run.kind === "in memory") throw new TypeError("a run in memory has no journal");
  const taken = output.existing === "refuse" ? outputThatExists(settings) : undefined;
  const wanted: Wanted = {
    kind: "same or new",
    base: resolve(RUNS_FOLDER),
    directory: run.directory && resolve(run.directory),
    name: run.name,
    work: run.work,
    input: toKnow(input),
    job: JSON.stringify(run.job),
    order: output.order,
    earlier: run.earlier === "ignore" ? "ignore" : earlier,
    refusal:
      taken === undefined ? undefined : `${taken} exists and is not this run's; --force overwrites it`,
  };
  return await thread.open(wanted);
}

function toKnow(input: InputSettings): InputToKnow {
  if (input.kind === "urls") return { kind: "in the work" };
  return input.path === "-" ? { kind: "read once" } : { kind: "file", path: resolve(input.path) };
}

/** A table that stands where the output is to go. */
function outputThatExists({ output }: Settings): string | undefined {
  const isTable = output.kind === "records" && output.path !== "-";
  return isTable && isPlainFile(output.path) ? output.path : undefined;
}

/** How the table of an earlier run is found. */
async function tableOf(settings: Settings, journal: Journal): Promise<Found> {
  const standing = standingOf(journal);
  if (!hasTable(settings) || standing.bytes === 0) return "as it was";
  return await checkStanding(settings.output.path, standing);
}

function standingOf({ run }: Journal): Standing {
  const noted = run.facts.get("standing");
  return noted === undefined ? NOTHING : (JSON.parse(noted) as Standing);
}

function hasTable({ output }: Settings): boolean {
  return output.kind === "records" && output.path !== "-";
}

function workRun(settings: Settings, journal: Journal): WorkRun {
  const { run } = journal;
  const id = hash("sha256", run.directory, "hex").slice(0, 12);
  const passed = run.facts.get("passed");
  const nextInOrder = passed === undefined ? 1 : Number(passed) + 1;
  if (run.origin === "new") {
    const discard = async (): Promise<void> => {
      await journal.end("discarded", "{}");
      await rm(run.directory, { recursive: true, force: true });
      // Goes with its last run.
      await rmdir(dirname(run.directory)).catch(() => {});
    };
    return {
      ...{ journal, id, nextInOrder, discard },
      ...{ standing: undefined, files: "as the command says", notes: [] },
    };
  }
  return {
    ...{ journal, id, nextInOrder },
    standing: hasTable(settings) ? standingOf(journal) : undefined,
    files: run.facts.has("checked") ? "its own" : "as the command says",
    notes: [goingOn(settings, journal)],
    discard: () => journal.end("stopped", "{}"),
  };
}

const FOUND = { missing: "gone", shorter: "shorter", changed: "changed" } as const;

function goingOn(settings: Settings, { run, done }: Journal): string {
  const total = run.facts.get("total");
  const of = total === undefined ? "" : ` of ${formatCount(Number(total))}`;
  const last = run.sessions.at(-1);
  const died = last !== undefined && last.endedMs === null ? "; its last process ended without a word" : "";
  const all = total !== undefined && done.count >= Number(total);
  const rest = all && settings.run.kind === "durable" ? "; --force asks anew" : "";
  return `going on with ${run.directory}: ${formatCount(done.count)}${of} inputs are there already${died}${rest}`;
}

function isPlainFile(path: string): boolean {
  return existsSync(path) && !path.startsWith("/dev/");
}

/** A fault of the journal as the command line tells it. */
function stopOf(error: unknown): unknown {
  if (error instanceof RunLocked) {
    return new RunStopped("locked", `${error.message}; wait for it or stop it first`);
  }
  if (error instanceof JournalError) return new UsageError(error.message, { cause: error });
  return error;
}
