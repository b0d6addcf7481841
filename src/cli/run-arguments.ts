import { UsageError } from "../core/usage-error.ts";
import type { CommandLine } from "./command-line.ts";

/** The one run that a command may name. @throws UsageError for more. */
export function oneRun(command: string, { positionals }: CommandLine): string | undefined {
  if (positionals.length > 1) throw new UsageError(`${command} takes one run`);
  return positionals[0];
}
