/** Writes a line for whoever runs the program. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Says that a program has done nothing and why; where CI has everything that it needs, that is a failure. */
export function sayWhySkipped(
  what: string,
  { reason, inCi }: { readonly reason: string; readonly inCi: "fails" | "is skipped" },
): void {
  say(`${what}: SKIPPED, ${reason}`);
  process.exitCode = process.env["CI"] === "true" && inCi === "fails" ? 1 : 0;
}
