import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

import type { Visit } from "./visits.ts";

/** What the server's process is told. */
export type OracleOrder =
  | { readonly kind: "begin"; readonly slowestMs: number; readonly number: number }
  | { readonly kind: "end of a life"; readonly number: number }
  | { readonly kind: "tell when"; readonly answers: number; readonly number: number };

/** What it answers. */
export interface OracleReport {
  readonly number: number;
  readonly visits: Visit[];
  readonly port?: number;
}

/** A server in a process of its own, which outlives whoever asks it and remembers every request. */
export interface Oracle extends AsyncDisposable {
  readonly url: string;
  /** Answers come after up to so many milliseconds from now on, and what was seen is forgotten. */
  begin(slowestMs: number): Promise<void>;
  /** Resolves when so many answers were given since the last life ended. */
  answers(count: number): Promise<void>;
  /** What was seen since the last life ended; waits until no connection of it is open. */
  endOfLife(): Promise<readonly Visit[]>;
}

type WithoutNumber<T> = T extends unknown ? Omit<T, "number"> : never;

/** Starts a server; declare it with `await using`. */
export async function startOracle(): Promise<Oracle> {
  const child = fork(fileURLToPath(new URL("oracle-server.ts", import.meta.url)), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const waiting = new Map<number, (report: OracleReport) => void>();
  let asked = 0;
  const first = new Promise<OracleReport>((resolve, reject) => {
    waiting.set(0, resolve);
    child.once("error", reject);
    child.once("exit", () => reject(new Error("the oracle ended")));
  });
  child.on("message", (report: OracleReport) => {
    waiting.get(report.number)?.(report);
    waiting.delete(report.number);
  });
  function ask(order: WithoutNumber<OracleOrder>): Promise<OracleReport> {
    asked += 1;
    const number = asked;
    return new Promise((resolve) => {
      waiting.set(number, resolve);
      child.send({ ...order, number });
    });
  }
  const { port } = await first;
  return {
    url: `http://127.0.0.1:${port}`,
    async begin(slowestMs) {
      await ask({ kind: "begin", slowestMs });
    },
    async answers(count) {
      await ask({ kind: "tell when", answers: count });
    },
    async endOfLife() {
      return (await ask({ kind: "end of a life" })).visits;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.disconnect();
      }),
  };
}
