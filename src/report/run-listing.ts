import { formatCount, formatSize } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import { formatLocalTime } from "./local-time.ts";
import { doneOf, type RunOverview, stateWords } from "./run-overview.ts";
import { formatColumns } from "./text-columns.ts";

/** One run of a list, or why its journal cannot be read. */
export type ListedRun =
  | { readonly kind: "read"; readonly run: RunOverview; readonly bytes: number }
  | { readonly kind: "unreadable"; readonly name: string; readonly why: string };

/** The lines of `runs`, one for each. */
export function formatRuns(listed: readonly ListedRun[]): readonly string[] {
  const header = ["run", "began", "answered", "failed", "skipped", "size", "state", "work"];
  const readable = listed.flatMap((one) => (one.kind === "read" ? [rowOf(one)] : []));
  const [head, ...lines] = formatColumns(
    [header, ...readable],
    ["left", "left", "right", "right", "right", "right", "left", "left"],
  );
  const told = listed.map((one) =>
    one.kind === "read"
      ? lines.shift()!
      : `  ${visible(one.name)}  cannot be read: ${visible(one.why)}`,
  );
  return readable.length === 0 ? told : [head!, ...told];
}

/** A run as JSON tells it, the same in every version: names are added, none changes. */
export function runToJson(listed: ListedRun): object {
  if (listed.kind === "unreadable")
    return { run: listed.name, state: "unreadable", why: listed.why };
  const { run, bytes } = listed;
  const { answered, failed, skipped, total, sessions, beganMs } = run;
  return {
    run: run.name,
    directory: run.directory,
    title: run.title,
    state: run.state,
    pid: run.state === "running" ? (sessions.at(-1)?.pid ?? null) : null,
    inputs: total,
    done: doneOf(run),
    answered,
    failed,
    skipped,
    began: beganMs === null ? null : new Date(beganMs).toISOString(),
    diskBytes: bytes,
  };
}

function rowOf({ run, bytes }: Extract<ListedRun, { kind: "read" }>): readonly string[] {
  return [
    visible(run.name),
    run.beganMs === null ? "–" : formatLocalTime(run.beganMs),
    formatCount(run.answered),
    formatCount(run.failed),
    formatCount(run.skipped),
    formatSize(bytes),
    stateWords(run),
    visible(run.title),
  ];
}
