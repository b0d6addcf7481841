import { spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { type Ground, OURS, remove } from "./ground.ts";
import { startNginx } from "./nginx.ts";
import { machine, type Section, table } from "./results.ts";
import { inMebibytes, inTime, median } from "./statistics.ts";

const SAMPLE_MS = 200;
const STEPS = 10;

/** Whether memory stays flat: a million rows, streamed in and out. */
export async function benchMemory(ground: Ground): Promise<Section> {
  const rows = ground.rows ?? 1_000_000;
  await using nginx = await startNginx(ground.directory, { log: "none" });
  const output = join(ground.directory, "memory.csv");
  remove(output, join(ground.directory, ".fanfetch"));
  const generator = spawn(
    "awk",
    [`BEGIN { print "name"; for (i = 1; i <= ${rows}; i++) print "name" i }`],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const url = `http://127.0.0.1:${nginx.port}/?name={name}`;
  const options = ["--format", "csv", "--pick", "gender", "-j", "64", "--per-host", "64"];
  const [program, ...bin] = OURS;
  const startedMs = performance.now();
  const child = spawn(
    program!,
    [...bin, "map", "-", url, ...options, "-o", output, "--force", "-q"],
    { cwd: ground.directory, stdio: [generator.stdout, "ignore", "inherit"] },
  );
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
  const head = machine([nginx.version, `Node ${process.version}`]);
  if (exitCode !== 0) return { name: "memory", text: `${head}\n\nnot measured: exit ${exitCode}` };
  const lines = countLines(output);
  if (lines !== rows + 1) throw new Error(`memory: ${lines} lines for ${rows} rows`);
  return {
    name: "memory",
    text: [
      head,
      `${rows} rows through stdin in ${inTime(wallMs)} (${Math.round((1000 * rows) / wallMs)}/s, output ${inMebibytes(statSync(output).size)}), peak RSS **${inMebibytes(peakBytes)}**. Median RSS in each tenth of the run:`,
      tenths(samples),
    ].join("\n\n"),
  };
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
