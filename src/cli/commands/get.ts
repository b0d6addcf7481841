import type { CommandLine } from "../command-line.ts";
import { explainFailure } from "../explain.ts";
import { openPipeline } from "../pipeline.ts";
import { readText } from "../read-text.ts";
import { runWork } from "../run-work.ts";
import { readSettings } from "../settings.ts";
import type { Terminal } from "../terminal.ts";
import { titleOf } from "../work-title.ts";
import { createTimingTable } from "../../report/timing-table.ts";

/** `fanfetch get`: one request per URL; the timing table on stdout, or records and files. */
export async function get(line: CommandLine, terminal: Terminal): Promise<number> {
  const settings = await readSettings("get", line, readText);
  await using pipeline = await openPipeline(settings);
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
