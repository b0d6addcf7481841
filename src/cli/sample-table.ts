import type { Outcome } from "../core/outcome.ts";
import { createTimingTable } from "../report/timing-table.ts";
import type { CommandLine } from "./command-line.ts";
import { explainFailure } from "./explain.ts";
import { shownAs, tellLines } from "./tell-result.ts";
import type { Terminal } from "./terminal.ts";

/** Writes the rows of a timing table on stdout as outcomes come; nothing where the plan is told as JSON. */
export function sampleTable(
  line: CommandLine,
  terminal: Terminal,
): (outcome: Outcome) => Promise<void> {
  if (shownAs(line) === "json") return async () => {};
  const { stdout } = terminal;
  const table = createTimingTable({
    columns: stdout.seenBy === "person" ? stdout.columns : undefined,
    explain: explainFailure,
  });
  let head = [table.header];
  return async (outcome) => {
    await tellLines(terminal, [...head, table.row(outcome)]);
    head = [];
  };
}
