import type { SessionOptions } from "../engine/session-options.ts";
import type { OutputSettings } from "./output-settings.ts";
import type { Caps } from "./request-cap.ts";
import type { ChangesWanted } from "./tell-changes.ts";
import type { WorkSettings } from "./work-settings.ts";

/** How a job is run: it holds for each of its steps, and beside or in place of what the job says. */
export interface JobOptions {
  /** In place of the job's limits. */
  readonly session: SessionOptions;
  readonly mode: WorkSettings["mode"];
  readonly onFailure: WorkSettings["onFailure"];
  /** Of the job as a whole. */
  readonly caps: Caps;
  readonly limits: WorkSettings["limits"];
  readonly redirectsTo: WorkSettings["redirectsTo"];
  /** @default that of the rows for records of `each`, else arrival */
  readonly order?: OutputSettings["order"] | undefined;
  readonly csvCells: OutputSettings["csvCells"];
  /** What becomes of files that exist and are not this run's. */
  readonly existing: OutputSettings["existing"];
  /** Whether raw answers are kept where the job does not ask for it. */
  readonly keeps: OutputSettings["keeps"];
  /** What is told of how it differs from the run before. @default words, where there was one */
  readonly changes?: ChangesWanted | undefined;
  /** Set where an answer that lacks a picked value has failed. */
  readonly absent?: OutputSettings["absent"];
  readonly v8: WorkSettings["v8"];
  /** Set for a rehearsal: where every connection leads in place of its server. */
  readonly detour?: WorkSettings["detour"];
}

/** How a program runs a job where it says nothing else: answers are kept, so that they can be read. */
export const PROGRAM_OPTIONS: JobOptions = {
  session: {},
  mode: "concurrent",
  onFailure: "go on",
  caps: {
    maxRequests: undefined,
    maxBytes: undefined,
    maxTimeMs: undefined,
    price: undefined,
    maxCost: undefined,
  },
  limits: { wait: "stop" },
  redirectsTo: "public",
  csvCells: "formula-safe",
  existing: "refuse",
  keeps: "answers",
  v8: "as it is",
};
