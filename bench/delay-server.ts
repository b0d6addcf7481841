import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

import { peerFile } from "./ground.ts";

/** What the server saw from its start to its end. */
export interface SeenByServer {
  readonly requests: number;
  /** Most requests at once on any one port. */
  readonly mostAtOnce: number;
  /** What the delay really was: timers of 5 ms take a little longer. */
  readonly meanDelayMs: number;
}

/** A server in a process of its own, each answer after the same delay. */
export interface DelayServer {
  readonly ports: readonly number[];
  /** Stops the server and tells what it saw. */
  stop(): Promise<SeenByServer>;
}

/** Starts the server with this many ports on the loopback. */
export async function startDelayServer(ports: number, delayMs: number): Promise<DelayServer> {
  const child = spawn(
    process.execPath,
    [peerFile("delay-server.js"), String(ports), String(delayMs)],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  const { ports: open } = JSON.parse(String(first.value)) as { ports: number[] };
  return {
    ports: open,
    async stop() {
      const ended = once(child, "exit");
      child.stdin.end();
      const seen = JSON.parse(String((await lines.next()).value)) as SeenByServer;
      await ended;
      return seen;
    },
  };
}
