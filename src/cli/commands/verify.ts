import { formatCount } from "../../formats/quantity.ts";
import { visible } from "../../formats/visible.ts";
import { readJobIdentity } from "../../queue/job-directory.ts";
import type { CommandLine } from "../command-line.ts";
import { oneRun } from "../run-arguments.ts";
import { keepHeapSmall } from "../../runs/keep-heap-small.ts";
import { shownPath } from "../../runs/shown-path.ts";
import type { Terminal } from "../terminal.ts";
import { type VerifiedRun, verifyRun } from "../verify-run.ts";
import { foundRun, stepRuns } from "../which-run.ts";

/**
 * `fanfetch verify`: counts a run again from its journal, its input and its outputs; of a job all its
 * steps. Exit code 0 where all of them say the same and nothing is owed, 1 else.
 */
export async function verify(line: CommandLine, terminal: Terminal): Promise<number> {
  using _heap = keepHeapSmall("many");
  const { kind, directory } = foundRun(oneRun("verify", line));
  const { waiting, ...told } =
    kind === "run" ? { waiting: 0, ...(await verifyRun(directory)) } : await verifyJob(directory);
  const { inputs, answered, failed, skipped, problems } = told;
  const owed = inputs - answered - failed - skipped;
  const isWhole = problems.length === 0 && owed === 0 && waiting === 0;
  if (line.values.get("format")?.at(-1) === "json") {
    const shown = { run: directory, inputs, answered, failed, skipped };
    const steps = kind === "run" ? {} : { waitingSteps: waiting };
    const text = { ...shown, owed, ...steps, problems, whole: isWhole };
    await terminal.stdout.write(`${JSON.stringify(text, undefined, 2)}\n`);
    return isWhole ? 0 : 1;
  }
  const lines = problems.map((problem) => visible(problem));
  const rest = owed === 0 ? "" : ` + ${formatCount(owed)} owed`;
  lines.push(
    `${inputs} ${inputs === 1 ? "input" : "inputs"} = ${answered} answered + ${failed} failed + ${skipped} skipped${rest}`,
  );
  if (waiting > 0) {
    lines.push(`${formatCount(waiting)} ${waiting === 1 ? "step has" : "steps have"} not begun`);
  }
  if (owed > 0 || waiting > 0) {
    lines.push(`not finished; go on with: fanfetch resume ${shownPath(directory)}`);
  } else if (isWhole) lines.push("journal, input and outputs say the same");
  await terminal.stdout.write(`${lines.join("\n")}\n`);
  return isWhole ? 0 : 1;
}

/** A job's steps together. */
async function verifyJob(directory: string): Promise<VerifiedRun & { readonly waiting: number }> {
  const begun = stepRuns(directory);
  const sum = { inputs: 0, answered: 0, failed: 0, skipped: 0 };
  const problems: string[] = [];
  for (const step of begun) {
    const one = await verifyRun(step);
    for (const name of ["inputs", "answered", "failed", "skipped"] as const) sum[name] += one[name];
    problems.push(...one.problems);
  }
  const all = readJobIdentity(directory)?.steps.length ?? 0;
  return { ...sum, problems, waiting: all - begun.length };
}
