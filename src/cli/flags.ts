import { COMPARE_FLAGS } from "./flags-compare.ts";
import { CRAWL_FLAGS } from "./flags-crawl.ts";
import { INIT_FLAGS } from "./flags-init.ts";
import { INPUT_FLAGS } from "./flags-input.ts";
import { JOB_FLAGS } from "./flags-job.ts";
import { LIMIT_FLAGS } from "./flags-limits.ts";
import { MEMORY_FLAGS } from "./flags-memory.ts";
import { OUTPUT_FLAGS } from "./flags-output.ts";
import { PLAN_FLAGS } from "./flags-plan.ts";
import { REHEARSE_FLAGS } from "./flags-rehearse.ts";
import { REQUEST_FLAGS } from "./flags-request.ts";
import { RUN_FLAGS } from "./flags-runs.ts";
import type { CommandName, Flag } from "./flag.ts";

/** Every option there is: the parser, `--help`, the completion and the check of docs/cli.md read this. */
export const FLAGS: readonly Flag[] = Object.freeze([
  ...REQUEST_FLAGS,
  ...INPUT_FLAGS,
  ...CRAWL_FLAGS,
  ...OUTPUT_FLAGS,
  ...LIMIT_FLAGS,
  ...COMPARE_FLAGS,
  ...PLAN_FLAGS,
  ...RUN_FLAGS,
  ...INIT_FLAGS,
  ...JOB_FLAGS,
  ...MEMORY_FLAGS,
  ...REHEARSE_FLAGS,
]);

/** Options that PRODUCT promises and a later version brings, with what they will do. */
export const LATER_FLAGS: ReadonlyMap<string, string> = new Map([
  ["report", "the HTML report"],
  ["har", "the HAR file"],
]);

/** The options that one command takes. `compare get` takes those of `compare` and of `get`. */
export function flagsOf(...commands: readonly CommandName[]): readonly Flag[] {
  const found = new Map<string, Flag>();
  for (const command of commands) {
    for (const flag of FLAGS) {
      if (flag.commands.includes(command) && !found.has(flag.name)) found.set(flag.name, flag);
    }
  }
  return [...found.values()];
}
