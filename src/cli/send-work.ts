import { createTimingTable } from "../report/timing-table.ts";
import { explainFailure } from "./explain.ts";
import { openPipeline } from "./pipeline.ts";
import { runWork } from "./run-work.ts";
import type { Settings } from "./settings.ts";
import type { Terminal } from "./terminal.ts";
import type { WorkRun } from "./work-run.ts";
import { titleOf } from "./work-title.ts";

/** Sends what the settings ask for: the timing table on stdout, or records and files. */
export async function sendWork(
  settings: Settings,
  { terminal, run }: { readonly terminal: Terminal; readonly run: Promise<WorkRun | undefined> },
): Promise<number> {
  await using pipeline = await openPipeline(settings, run);
  const { stdout } = terminal;
  return await runWork(
    async (progress) => {
      if (settings.output.kind !== "timing-table") return await pipeline.prepare(settings);
      const table = createTimingTable({
        columns: stdout.seenBy === "person" ? stdout.columns : undefined,
        explain: explainFailure,
      });
      let head = `${table.header}\n`;
      return await pipeline.prepare(settings, (outcome) => {
        const text = `${head}${table.row(outcome)}\n`;
        head = "";
        return progress.aside(() => stdout.write(text));
      });
    },
    settings,
    { terminal, title: titleOf(settings) },
  );
}
