import type { RunEvent } from "../core/event.ts";
import { UsageError } from "../core/usage-error.ts";
import type { Measurement } from "../report/compare.ts";
import { openPipeline } from "../runs/pipeline.ts";
import type { RunSignals } from "../runs/work.ts";
import type { WorkSettings } from "../runs/work-settings.ts";
import type { CommandLine } from "./command-line.ts";
import { measured, measurementOf, tallyRun } from "./measure.ts";
import { readText } from "./read-text.ts";
import { readSettings } from "./settings.ts";
import { inputTitle } from "./work-title.ts";

/** Work that is done again and again, to be measured. */
export interface MeasuredWork extends AsyncDisposable {
  readonly title: string;
  /** Whether the connections of one repetition are those of the others. */
  readonly connections: "kept open" | "opened anew";
  /** Does it once; undefined where it cannot be done, which was told. */
  measure(mode: WorkSettings["mode"], how: Measuring): Promise<Measurement | undefined>;
}

/** Who follows a measurement, and how it is stopped. */
export interface Measuring {
  readonly signals: RunSignals;
  readonly listen: (event: RunEvent) => void;
}

/** The work of `get` and `map`, on connections that stay open. @throws UsageError */
export async function measuredList(line: CommandLine): Promise<MeasuredWork> {
  const command = line.compared === "map" ? "map" : "get";
  const settings = await readSettings(command, line, readText);
  const { input } = settings;
  if (input.kind !== "urls" && input.path === "-") {
    throw new UsageError("compare reads its input several times; write stdin to a file first");
  }
  const pipeline = await openPipeline(settings);
  return {
    title: inputTitle(settings),
    connections: "kept open",
    measure: async (mode, { signals, listen }) =>
      measurementOf(await tallyRun(pipeline, measured(settings, mode), signals, listen)),
    [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose](),
  };
}
