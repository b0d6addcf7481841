import { systemClock } from "../core/clock.ts";
import { visible } from "../formats/visible.ts";
import type { ByteOutput } from "../sinks/byte-output.ts";
import type { FileTarget } from "../sinks/file-output.ts";
import { createStreamOutput } from "../sinks/stream-output.ts";
import { openWholeFile } from "../sinks/whole-file.ts";
import { listenForInterrupts, type SignalSource } from "./interrupts.ts";
import type { Terminal } from "./terminal.ts";

/** Where a command that only reads writes to; the path `-` is stdout. */
export interface WholeTarget extends Omit<FileTarget, "standing"> {
  /** As it was typed. */
  readonly name: string;
}

/** Writes an output to its end and closes it. Throws once the signal has come. */
export type WriteOutput = (output: ByteOutput, signal: AbortSignal) => Promise<void>;

/** Who is told, and by whom it may be stopped. */
export interface WholeOptions {
  readonly terminal: Pick<Terminal, "stderr">;
  /** @default the process */
  readonly signals?: SignalSource | undefined;
}

/**
 * Writes a file that appears under its name when it is whole. Where a signal of the system comes before,
 * or `write` throws, nothing is left. Gives the exit code of the signal, undefined where all is written.
 * @throws what `openWholeFile` and `write` throw.
 */
export async function writeWhole(
  target: WholeTarget,
  write: WriteOutput,
  { terminal, signals = process }: WholeOptions,
): Promise<number | undefined> {
  if (target.path === "-")
    return await writeThrough(createStreamOutput(process.stdout, "stdout"), write);
  await using file = await openWholeFile(target);
  // A pipe may be waiting for its reader: there a signal ends the process, as it does with stdout.
  if (file.output.kind === "stream") return await writeThrough(file.output, write);
  using interrupts = listenForInterrupts(signals, systemClock, () => {});
  const { drain } = interrupts;
  try {
    await write(file.output, drain);
    drain.throwIfAborted();
  } catch (error) {
    if (!drain.aborted) throw error;
    void terminal.stderr.write(`interrupted: ${visible(target.name)} was not written\n`);
    return interrupts.exitCode;
  }
  await file.place();
  return undefined;
}

const NEVER = new AbortController().signal;

async function writeThrough(output: ByteOutput, write: WriteOutput): Promise<undefined> {
  await write(output, NEVER);
}
