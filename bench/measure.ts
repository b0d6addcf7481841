import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/** What one whole command cost, start-up and exit included. */
export interface Measured {
  readonly wallMs: number;
  /** User and system time together; the kernel counts in steps of 10 ms. */
  readonly cpuMs: number;
  readonly maxRssBytes: number;
  /** When the process was started, in milliseconds since the epoch. */
  readonly startedAtMs: number;
}

/** Where and for how long a command runs. */
export interface MeasureOptions {
  readonly directory: string;
  /** @default 300000 */
  readonly timeoutMs?: number;
}

const TIME = "/usr/bin/time";

/**
 * Runs a command to its end and weighs it through GNU time, which asks the kernel (wait4).
 * @throws Error where it exits with anything but 0, or not in time.
 */
export async function measure(
  command: readonly string[],
  options: MeasureOptions,
): Promise<Measured> {
  if (!existsSync(TIME)) throw new Error(`${TIME} is missing: apt-get install time`);
  const account = join(options.directory, "time.txt");
  const startedAtMs = performance.timeOrigin + performance.now();
  const child = spawn(TIME, ["-q", "-f", "%U %S %M", "-o", account, ...command], {
    cwd: options.directory,
    stdio: ["ignore", "ignore", "pipe"],
    // Its own group, so that a command that hangs is stopped with its children.
    detached: true,
  });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    process.kill(-child.pid!, "SIGKILL");
  }, options.timeoutMs ?? 300_000);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const wallMs = performance.timeOrigin + performance.now() - startedAtMs;
  clearTimeout(timer);
  if (late) throw new Error("stopped: took too long");
  if (exitCode !== 0) {
    throw new Error(`exit ${exitCode}: ${essence(complaint)}`);
  }
  const [user, system, kilobytes] = readFileSync(account, "utf8").trim().split(" ").map(Number);
  rmSync(account);
  return {
    wallMs,
    cpuMs: (user! + system!) * 1000,
    maxRssBytes: kilobytes! * 1024,
    startedAtMs,
  };
}

/** The line of a complaint that says most: the first that names an error, or else the last. */
function essence(complaint: string): string {
  const lines = complaint.trim().split("\n");
  return (lines.find((line) => /error/i.test(line)) ?? lines.at(-1)!).trim().slice(0, 200);
}
