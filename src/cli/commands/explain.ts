import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

import { UsageError } from "../../core/usage-error.ts";
import { formatCount } from "../../formats/quantity.ts";
import { redactUrl } from "../../formats/redact-url.ts";
import { visible } from "../../formats/visible.ts";
import { JOURNAL_FILE } from "../../queue/journal-format.ts";
import { RUNS_FOLDER } from "../../queue/run-directories.ts";
import { readRowHistory } from "../../report/row-history.ts";
import type { CommandLine } from "../command-line.ts";
import { type ExplainedRow, explainedToJson, explainLines } from "../explain-lines.ts";
import { findRows, readRowKey } from "../find-row.ts";
import { readJournal } from "../read-journal.ts";
import type { RunJob } from "../../runs/run-settings.ts";
import { runWord } from "../run-word.ts";
import { openStoredInput } from "../stored-input.ts";
import { shownAs, tellJson, tellLines } from "../tell-result.ts";
import { keepHeapSmall } from "../../runs/keep-heap-small.ts";
import type { Terminal } from "../terminal.ts";
import { whichRun } from "../which-run.ts";

/** `fanfetch explain`: what became of one row. */
export async function explain(line: CommandLine, terminal: Terminal): Promise<number> {
  using _heap = keepHeapSmall("many");
  const { word, text } = readArguments(line.positionals);
  const directory = whichRun(word);
  // Before the input is opened: from then on names are meant from where the run was begun.
  const key = readRowKey(text);
  const run = runWord(directory);
  await readJournal(directory, async (store) => {
    const input = await openStoredInput(store);
    const found = await findRows(store, input, key);
    if (found.kind === "several") {
      const { rows, count } = found;
      if (shownAs(line) === "json") return await tellJson(terminal, { run, rows, count });
      const more = count > rows.length ? ` and ${formatCount(count - rows.length)} more` : "";
      return await tellLines(terminal, [
        `${formatCount(count)} rows are "${visible(redactUrl(text))}": ${rows.map(formatCount).join(" ")}${more}`,
        `one of them: fanfetch explain ${visible(run)} ${rows[0]}`,
      ]);
    }
    const explained: ExplainedRow = {
      run,
      history: readRowHistory(store, found.row),
      request: found.task?.request,
      why: input.kind === "gone" ? input.why : undefined,
      withheld: store.fact<RunJob>("job")!.withheld,
      file: found.file,
    };
    if (shownAs(line) === "json") await tellJson(terminal, explainedToJson(explained));
    else await tellLines(terminal, explainLines(explained));
  });
  return 0;
}

interface Arguments {
  /** The run; undefined for the latest. */
  readonly word: string | undefined;
  readonly text: string;
}

/** @throws UsageError where no row is named. */
function readArguments([first, second, ...more]: readonly string[]): Arguments {
  if (more.length > 0) throw new UsageError("explain takes a run and one row");
  if (first !== undefined && second !== undefined) return { word: first, text: second };
  if (first === undefined || isRun(first)) {
    const run = first === undefined ? "[RUN]" : visible(first);
    throw new UsageError(`say which row: fanfetch explain ${run} ROW, a number, a URL or a file`);
  }
  return { word: undefined, text: first };
}

function isRun(word: string): boolean {
  const places = [resolve(word), join(resolve(RUNS_FOLDER), word)];
  return places.some((directory) => existsSync(join(directory, JOURNAL_FILE)));
}
