import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import { stalledMs } from "./stalled.ts";

/** How a command ended. */
export interface CommandEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way. */
export interface Command {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandEnd>;
}

export const BIN = fileURLToPath(new URL("../../bin/fanfetch.js", import.meta.url));
/** A command that runs for longer has hung; the time for which it was given no processor does not count. */
const LONGEST_MS = 60_000;
/** An end that has come is heard of within this time. */
const HEARING_MS = 2_000;

/** Where and under what a command runs. */
export interface CommandOptions {
  readonly folder: string;
  /** Programs that start the command, such as strace with its own arguments. */
  readonly under?: readonly string[] | undefined;
  readonly nodeArgs?: readonly string[] | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** Starts the built command line. */
export function startCommand(args: readonly string[], options: CommandOptions): Command {
  const { folder, under = [], nodeArgs = [], environment } = options;
  const [program, ...words] = [...under, process.execPath, ...nodeArgs, BIN, ...args];
  const child = spawn(program!, words, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, FANFETCH_STATE: "none", NO_COLOR: "1", ...environment },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<CommandEnd>((resolve, reject) => {
    const startedMs = performance.now();
    const giveUp = (): void => {
      const leftMs = startedMs + LONGEST_MS + stalledMs(child.pid!) - performance.now();
      if (leftMs > 0) {
        hung = setTimeout(giveUp, leftMs + HEARING_MS);
        return;
      }
      child.kill("SIGKILL");
      const said = `stdout:\n${stdout}\nstderr:\n${stderr}`;
      reject(new Error(`fanfetch ${args.join(" ")} hangs in ${folder}; ${said}`));
    };
    // Beware: on a machine that stood still for a while, timers fire before the end of the command is heard.
    let hung = setTimeout(() => (hung = setTimeout(giveUp, HEARING_MS)), LONGEST_MS);
    child.on("error", reject);
    child.on("close", (exitCode, signal) => {
      clearTimeout(hung);
      resolve({ exitCode, signal, stdout, stderr });
    });
  });
  return { child, ended };
}

/** Runs the built command line to its end. */
export function runCommand(args: readonly string[], options: CommandOptions): Promise<CommandEnd> {
  return startCommand(args, options).ended;
}
