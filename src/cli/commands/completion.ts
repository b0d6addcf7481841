import { UsageError } from "../../core/usage-error.ts";
import { didYouMean } from "../../formats/nearest.ts";
import { visible } from "../../formats/visible.ts";
import type { CommandLine } from "../command-line.ts";
import { completionScript, SHELLS } from "../completion-script.ts";
import type { Terminal } from "../terminal.ts";

/** `fanfetch completion bash|zsh|fish`: the script on stdout. */
export async function completion(line: CommandLine, terminal: Terminal): Promise<number> {
  const [word, ...more] = line.positionals;
  const shell = SHELLS.find((name) => name === word);
  if (shell === undefined || more.length > 0) {
    const hint = word === undefined ? "" : didYouMean(word, SHELLS);
    const shown = word === undefined || shell !== undefined ? "" : `, not for "${visible(word)}"`;
    throw new UsageError(
      `completion writes a script for one of ${SHELLS.join(", ")}${shown}${hint}`,
    );
  }
  await terminal.stdout.write(completionScript(shell));
  return 0;
}
