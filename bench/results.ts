import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";

/** One benchmark's part of the results page. */
export interface Section {
  readonly name: string;
  /** Markdown below the heading. */
  readonly text: string;
}

const PREFACE = `# Benchmarks: whole commands, as ratios

Written by \`npm run bench\` (\`bench/\`). Each line is a whole command, start-up and exit included, all
against one local server, in turns after a warm-up of each; medians, with the lowest and highest. A
ratio to a yardstick is the median of the ratios round by round; below 1 is faster. Absolute times are this machine's; ratios travel better.
`;

/** The machine and the programs, in one line. */
export function machine(versions: readonly string[]): string {
  const gibibytes = Math.round(totalmem() / 1024 ** 3);
  const processor = cpus()[0]?.model.trim() ?? "unknown processor";
  const size = `${availableParallelism()} cores (${processor}), ${gibibytes} GiB`;
  return [new Date().toISOString().slice(0, 10), size, ...versions].join(" · ");
}

/** A markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map((_, index) => (index === 0 ? "---" : "---:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Replaces the sections of the page that were measured anew and keeps the others. */
export function writeResults(path: string, sections: readonly Section[]): void {
  const kept = new Map<string, string>();
  if (existsSync(path)) {
    for (const part of readFileSync(path, "utf8").split(/^## /m).slice(1)) {
      const end = part.indexOf("\n");
      kept.set(part.slice(0, end).trim(), part.slice(end).trim());
    }
  }
  for (const { name, text } of sections) kept.set(name, text.trim());
  const order = ["map", "start", "memory", "hosts", "latency", "limits", "rehearsals", "book"];
  const names = [...kept.keys()].toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
  writeFileSync(
    path,
    [PREFACE.trim(), ...names.map((name) => `## ${name}\n\n${kept.get(name)}`)].join("\n\n") + "\n",
  );
}
