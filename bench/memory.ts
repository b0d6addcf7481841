import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { type Ground, OURS, remove } from "./ground.ts";
import { startNginx } from "./nginx.ts";
import { machine, type Section, table } from "./results.ts";
import { inMebibytes, inTime, median } from "./statistics.ts";

const SAMPLE_MS = 200;
const STEPS = 10;

/** Whether memory stays flat: a million rows, streamed in and out, in memory and with a journal; and five. */
export async function benchMemory(ground: Ground): Promise<Section> {
  const rows = ground.rows ?? 1_000_000;
  await using nginx = await startNginx(ground.directory, { log: "none" });
  const url = `http://127.0.0.1:${nginx.port}/?name={name}`;
  const text = [machine([nginx.version, `Node ${process.version}`])];
  const { directory } = ground;
  text.push(...(await streamed({ directory, rows, url, how: "in memory" })));
  text.push(...(await streamed({ directory, rows, url, how: "with the journal" })));
  text.push(...(await streamed({ directory, rows: rows * 5, url, how: "with the journal" })));
  return { name: "memory", text: text.join("\n\n") };
}

interface Stream {
  readonly directory: string;
  readonly rows: number;
  readonly url: string;
  /** Records to stdout, into a file; or `-o`. */
  readonly how: "in memory" | "with the journal";
}

/** One run through stdin, its memory looked at five times a second. */
async function streamed({ directory, rows, url, how }: Stream): Promise<readonly string[]> {
  const output = join(directory, "memory.csv");
  remove(output, join(directory, ".fanfetch"));
  const generator = spawn(
    "awk",
    [`BEGIN { print "name"; for (i = 1; i <= ${rows}; i++) print "name" i }`],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const options = ["--format", "csv", "--pick", "gender", "-j", "64", "--per-host", "64", "-q"];
  const [program, ...bin] = OURS;
  const words = [...bin, "map", "-", url, ...options];
  const startedMs = performance.now();
  const stdout = how === "in memory" ? openSync(output, "w") : "ignore";
  const child = spawn(program!, how === "in memory" ? words : [...words, "-o", output], {
    cwd: directory,
    stdio: [generator.stdout, stdout, "inherit"],
  });
  if (typeof stdout === "number") closeSync(stdout);
  const samples: number[] = [];
  let peakBytes = 0;
  const timer = setInterval(() => {
    const sample = residentBytes(child.pid!);
    if (sample === undefined) return;
    samples.push(sample.nowBytes);
    peakBytes = sample.peakBytes;
  }, SAMPLE_MS);
  const exitCode = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  clearInterval(timer);
  generator.kill();
  const wallMs = performance.now() - startedMs;
  if (exitCode !== 0) return [`${how}: not measured: exit ${exitCode}`];
  const lines = countLines(output);
  if (lines !== rows + 1) throw new Error(`memory: ${lines} lines for ${rows} rows`);
  const perSecond = Math.round((1000 * rows) / wallMs);
  return [
    `${rows} rows through stdin, ${how}, in ${inTime(wallMs)} (${perSecond}/s, output ${inMebibytes(statSync(output).size)}), peak RSS **${inMebibytes(peakBytes)}**. Median RSS in each tenth of the run:`,
    tenths(samples),
  ];
}

function tenths(samples: readonly number[]): string {
  const parts = Array.from({ length: STEPS }, (_, step) => {
    const part = samples.slice(
      Math.floor((step * samples.length) / STEPS),
      Math.floor(((step + 1) * samples.length) / STEPS),
    );
    return part.length === 0 ? "–" : inMebibytes(median(part));
  });
  return table(
    parts.map((_, step) => `${(step + 1) * STEPS} %`),
    [parts],
  );
}

/** Resident memory of a process, now and at most, or undefined when it is gone. */
function residentBytes(pid: number): { nowBytes: number; peakBytes: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const bytes = (key: string): number =>
      Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
    const sample = { nowBytes: bytes("VmRSS"), peakBytes: bytes("VmHWM") };
    return Number.isNaN(sample.nowBytes) ? undefined : sample;
  } catch {
    return undefined;
  }
}

function countLines(path: string): number {
  const bytes = readFileSync(path);
  let lines = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines += 1;
  return lines;
}
