import { DiskError } from "../core/disk-error.ts";
import { UsageError } from "../core/usage-error.ts";
import { type CommandLine, parseCommandLine } from "./command-line.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT_INTERNAL, EXIT_USAGE, exitCodeOfStop } from "./exit-code.ts";
import { commandHelp, programHelp } from "./help.ts";
import { compileBaselineHere } from "./compilers.ts";
import { RunStopped, type StopReason } from "../runs/run-stopped.ts";
import { firstOf } from "../runs/run-stopped.ts";
import { processTerminal, type Terminal } from "./terminal.ts";
import { keepYoungSmall } from "./young-generation.ts";

export { leave } from "./leave.ts";

/**
 * The front door: parses, chooses the command, sets `process.exitCode`. Never rejects, never shows a
 * stack trace unless FANFETCH_DEBUG is 1.
 */
export async function main(argv: readonly string[]): Promise<void> {
  compileBaselineHere();
  keepYoungSmall();
  const terminal = processTerminal();
  leaveErrorsToWriters(terminal);
  try {
    process.exitCode = await run(argv, terminal);
  } catch (error) {
    process.exitCode = await tell(firstOf(error), terminal);
  }
}

async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const line = await parseCommandLine(argv);
  if (line.asks === "version") {
    const { readFile } = await import("node:fs/promises");
    const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
    await terminal.stdout.write(`${(JSON.parse(text) as { version: string }).version}\n`);
    return 0;
  }
  if (line.asks === "help") {
    const { columns } = terminal.stdout;
    await terminal.stdout.write(
      line.command === undefined ? programHelp(columns) : commandHelp(line.command, columns),
    );
    return 0;
  }
  if (process.env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0") {
    throw new UsageError(
      "NODE_TLS_REJECT_UNAUTHORIZED=0 would trust every server; unset it and use --insecure HOST",
    );
  }
  const entry = COMMANDS.find((one) => one.name === line.command)!;
  if (isDurable(line)) (await import("../queue/journal.ts")).warmJournalThread();
  const command = await entry.load();
  return await command(line, terminal);
}

/** Whether the command will write a journal, as far as its options tell. */
function isDurable({ command, values }: CommandLine): boolean {
  if (command === "resume" || command === "retry" || command === "run") return true;
  if (command !== "get" && command !== "map" && command !== "crawl") return false;
  const output = values.get("output")?.at(-1) ?? "-";
  return output !== "-" || ["save", "merge", "keep", "run"].some((name) => values.has(name));
}

/** Says in one sentence what went wrong; returns the exit code. */
async function tell(error: unknown, terminal: Terminal): Promise<number> {
  if ((error as Error | undefined)?.name === "ClosedPipe") return 0;
  const { visible } = await import("../formats/visible.ts");
  const message = visible(error instanceof Error ? error.message : String(error));
  // By its name: most commands have no journal, and load nothing of it.
  if (error instanceof UsageError || (error as Error | undefined)?.name === "JournalError") {
    void terminal.stderr.write(`fanfetch: ${message}\n`);
    return EXIT_USAGE;
  }
  if ((error as NodeJS.ErrnoException | undefined)?.syscall === "uv_cwd") {
    void terminal.stderr.write("fanfetch: the current folder is not there any more\n");
    return EXIT_USAGE;
  }
  const reason = reasonOf(error);
  if (reason !== undefined) {
    void terminal.stderr.write(`fanfetch: ${message}\n`);
    return exitCodeOfStop(reason);
  }
  const debug = process.env["FANFETCH_DEBUG"] === "1";
  const where = debug ? "" : "; FANFETCH_DEBUG=1 shows where";
  void terminal.stderr.write(`fanfetch: a fault of its own: ${message}${where}\n`);
  if (debug && error instanceof Error) void terminal.stderr.write(`${error.stack ?? ""}\n`);
  return EXIT_INTERNAL;
}

/** Why a run could not begin: another process has it, or the disk refuses. */
function reasonOf(error: unknown): StopReason | undefined {
  if (error instanceof RunStopped) return error.reason;
  return error instanceof DiskError ? "disk" : undefined;
}

/**
 * A reader that goes away (`| head`) is no error, and of others those learn who write next. Where
 * nobody does, the last words are lost: the exit code says so.
 */
function leaveErrorsToWriters(terminal: Terminal): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  process.once("exit", () => {
    const disk = exitCodeOfStop("disk");
    const refusal = terminal.stdout.refusal?.();
    if (refusal === undefined || process.exitCode === disk) return;
    process.exitCode = disk;
    void terminal.stderr.write(`fanfetch: ${refusal.message}\n`);
  });
}
