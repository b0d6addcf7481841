import { UsageError } from "../../core/usage-error.ts";
import type { CommandLine } from "../command-line.ts";
import { readText } from "../read-text.ts";
import { serveRehearsal } from "../rehearse-alone.ts";
import { createValues } from "../settings.ts";
import { readRehearsal } from "../settings-rehearsal.ts";
import type { Terminal } from "../terminal.ts";

/**
 * `fanfetch rehearse`: a server of this machine that plays limits and faults, until Ctrl-C. With a
 * command, that command runs against it, whatever its URLs say, and a list of what was kept ends it.
 */
export async function rehearse(line: CommandLine, terminal: Terminal): Promise<number> {
  const values = createValues(line);
  const play = await readRehearsal(values, readText);
  if (line.compared !== undefined) {
    const { rehearseCommand } = await import("../rehearse-command.ts");
    return await rehearseCommand(line, { terminal, play });
  }
  for (const name of ["into", "format"]) {
    if (values.has(name)) {
      throw new UsageError(`--${name} is for a rehearsal with a command: rehearse map ...`);
    }
  }
  return await serveRehearsal(play, terminal);
}
