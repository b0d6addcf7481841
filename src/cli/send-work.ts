import { systemClock } from "../core/clock.ts";
import { openHostMemory } from "../memory/host-memory.ts";
import { stateFolder } from "../memory/state-folder.ts";
import { createTimingTable } from "../report/timing-table.ts";
import { explainFailure } from "./explain.ts";
import { openPipeline } from "../runs/pipeline.ts";
import { runWork } from "./run-work.ts";
import type { Settings } from "./settings.ts";
import type { Terminal } from "./terminal.ts";
import type { WorkRun } from "../runs/work-run.ts";
import { titleOf } from "./work-title.ts";

/** Sends what the settings ask for: the timing table on stdout, or records and files. */
export async function sendWork(
  settings: Settings,
  { terminal, run }: { readonly terminal: Terminal; readonly run: Promise<WorkRun | undefined> },
): Promise<number> {
  const early: string[] = [];
  let tell = (line: string): void => void early.push(line);
  await using memory = openHostMemory({
    folder: stateFolder(process.env),
    clock: systemClock,
    onTrouble: (sentence) => tell(sentence),
  });
  await using pipeline = await openPipeline(settings, {
    opening: run,
    memory,
    say: (line) => tell(line),
  });
  const { stdout } = terminal;
  return await runWork(
    async (progress) => {
      tell = (line) => progress.say(line);
      for (const line of early) tell(line);
      if (settings.output.kind !== "timing-table") return await pipeline.prepare(settings);
      const table = createTimingTable({
        columns: stdout.seenBy === "person" ? stdout.columns : undefined,
        counted: settings.sharing === undefined ? "attempts" : "requests",
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
