// `npm run bench -- [map|journal|start|memory|hosts|latency|limits|rehearsals|book|crawl]... [--runs N] [--rows N]`
import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { build, isStale } from "../scripts/build.ts";
import { benchBook } from "./book.ts";
import type { Ground } from "./ground.ts";
import { benchCrawl } from "./crawl.ts";
import { benchHosts } from "./hosts.ts";
import { benchJournal } from "./journal.ts";
import { benchLatency } from "./latency.ts";
import { benchLimits } from "./limits.ts";
import { benchMap } from "./map.ts";
import { benchMemory } from "./memory.ts";
import { type Section, writeResults } from "./results.ts";
import { benchRehearsals } from "./rehearsals.ts";
import { benchStart } from "./start.ts";

const BENCHMARKS = new Map<string, (ground: Ground) => Promise<Section>>([
  ["map", benchMap],
  ["journal", benchJournal],
  ["start", benchStart],
  ["memory", benchMemory],
  ["hosts", benchHosts],
  ["latency", benchLatency],
  ["book", benchBook],
  ["crawl", benchCrawl],
  ["limits", benchLimits],
  ["rehearsals", benchRehearsals],
]);

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { runs: { type: "string" }, rows: { type: "string" } },
  });
  const names = positionals.length === 0 ? [...BENCHMARKS.keys()] : positionals;
  const unknown = names.find((name) => !BENCHMARKS.has(name));
  if (unknown !== undefined) {
    throw new Error(`no benchmark "${unknown}"; there are ${[...BENCHMARKS.keys()].join(", ")}`);
  }
  if (isStale()) await build();
  const home = fileURLToPath(new URL(".work", import.meta.url));
  const sections: Section[] = [];
  let failed = 0;
  for (const name of names) {
    process.stderr.write(`${name}\n`);
    const directory = `${home}/${name}`;
    mkdirSync(directory, { recursive: true });
    try {
      const ground = { directory, runs: count(values.runs), rows: count(values.rows) };
      const section = await BENCHMARKS.get(name)!(ground);
      process.stdout.write(`\n## ${name}\n\n${section.text}\n\n`);
      sections.push(section);
    } catch (error) {
      failed += 1;
      process.stderr.write(`${name}: ${(error as Error).message}\n`);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
  writeResults(fileURLToPath(new URL("RESULTS.md", import.meta.url)), sections);
  if (failed > 0) process.exitCode = 1;
}

/** @throws Error for anything but a whole number from 1. */
function count(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${text} is not a count`);
  return number;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}\n`);
  process.exitCode = 2;
}
