import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How the built command line ended. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

/** Where it runs and what its environment has besides this process's. */
export interface Surroundings {
  readonly directory: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const BIN = fileURLToPath(new URL("../../bin/fanfetch.js", import.meta.url));

/** Runs `fanfetch ARGS` to its end. */
export function fanfetch(args: readonly string[], where: Surroundings): Promise<Ran> {
  const { NODE_EXTRA_CA_CERTS: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: where.directory,
    env: { ...inherited, NO_COLOR: "1", ...where.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ stdout, stderr, exitCode }));
  });
}
