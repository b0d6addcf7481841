import type { CommandLine } from "./command-line.ts";
import type { Terminal } from "./terminal.ts";

/** How the result of a command that reports is shown. */
export function shownAs({ values }: CommandLine): "table" | "json" {
  return values.get("format")?.at(-1) === "json" ? "json" : "table";
}

/** Lines on stdout. @throws ClosedPipe where nobody reads. */
export async function tellLines(terminal: Terminal, lines: readonly string[]): Promise<void> {
  if (lines.length > 0) await terminal.stdout.write(`${lines.join("\n")}\n`);
}

/** Indented JSON on stdout. @throws ClosedPipe where nobody reads. */
export async function tellJson(terminal: Terminal, value: unknown): Promise<void> {
  await terminal.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
