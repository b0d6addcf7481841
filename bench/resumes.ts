import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

import { OURS } from "./ground.ts";

const RESUMES = 5;

/** Starts the built command line in a folder; its stderr is to be read. */
export function startOurs(directory: string, words: readonly string[]): ChildProcess {
  const [program, ...bin] = OURS;
  return spawn(program!, [...bin, ...words], {
    cwd: directory,
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/** How long after its start a resumed run sends its first request, in milliseconds; each time it is killed then. */
export async function timeResumes(directory: string): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < RESUMES; round += 1) {
    const startedMs = performance.now();
    const child = startOurs(directory, ["resume", "--progress", "json"]);
    await sent(child);
    times.push(performance.now() - startedMs);
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  return times;
}

/** Resolves when a run has said that a request has left. */
async function sent(child: ChildProcess): Promise<void> {
  for await (const line of createInterface({ input: child.stderr! })) {
    if (line.startsWith('{"type":"sent"')) return;
  }
  throw new Error("the run ended before its requests had left");
}
