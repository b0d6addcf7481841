import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";

import type { Clock } from "../core/clock.ts";
import { systemWords } from "../core/disk-error.ts";
import type { HostMemory } from "../policy/host-memory.ts";
import { createKeptHosts } from "./kept-hosts.ts";
import { createKeptQuotas } from "./kept-quotas.ts";

/** Where hosts are remembered, and who is told of trouble. */
export interface HostMemoryOptions {
  /** As `stateFolder` tells it; undefined remembers nothing. It is made when there is something to keep. */
  readonly folder: string | undefined;
  readonly clock: Clock;
  /** Told once, in a sentence, when the folder refuses or holds something damaged. */
  readonly onTrouble?: ((sentence: string) => void) | undefined;
}

/** A memory on the disk. Disposing writes what is not written yet and gives back unused quota. */
export interface KeptMemory extends HostMemory, AsyncDisposable {}

/** Folder of the records of hosts, and file of the quotas, below the state folder. */
export const HOSTS_FOLDER = "hosts";
export const QUOTAS_FILE = "quotas.sqlite";

/** What was told is written this much later; a run that is killed loses no more. */
const WRITE_AFTER_MS = 10_000;
/** Between two writes while there is more … */
const NEXT_WRITE_MS = 50;
/** … each so small that no request waits for it. */
const WRITES_AT_ONCE = 5;
/** At the end no request is left to wait, only signals. */
const LAST_WRITES_AT_ONCE = 50;

const FORGETFUL: KeptMemory = {
  recall: () => undefined,
  keep: () => {},
  stock: () => undefined,
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/**
 * What this user's runs remember of hosts. Nothing on the disk is touched before the first question,
 * and a disk that refuses is told of once and stops nothing.
 */
export function openHostMemory({ folder, clock, onTrouble }: HostMemoryOptions): KeptMemory {
  if (folder === undefined) return FORGETFUL;
  let isTold = false;
  const tellOnce = (error: unknown): void => {
    if (isTold) return;
    isTold = true;
    const words = error instanceof Error ? systemWords(error) : String(error);
    onTrouble?.(`the memory of hosts in ${folder}: ${words}; the run goes on without it`);
  };
  const now = (): number => clock.wallNow();
  const hosts = createKeptHosts({ path: join(folder, HOSTS_FOLDER), now, onTrouble: tellOnce });
  const quotas = createKeptQuotas({ path: join(folder, QUOTAS_FILE), now, onTrouble: tellOnce });
  let timer: Disposable | undefined;

  function writeIn(delayMs: number): void {
    timer ??= clock.after(delayMs, () => {
      timer = undefined;
      hosts.write(WRITES_AT_ONCE);
      if (hosts.isBehind) writeIn(NEXT_WRITE_MS);
    });
  }
  return {
    recall: (scope) => hosts.recall(scope),
    keep(scope, profile, seen) {
      hosts.keep(scope, profile, seen);
      if (hosts.isBehind) writeIn(WRITE_AFTER_MS);
    },
    stock: (scope, rate, unused) => quotas.stock(scope, rate, unused),
    async [Symbol.asyncDispose]() {
      timer?.[Symbol.dispose]();
      timer = undefined;
      // First: a second interrupt may end the process before the hosts are through.
      quotas[Symbol.dispose]();
      while (hosts.isBehind) {
        hosts.write(LAST_WRITES_AT_ONCE);
        if (hosts.isBehind) await turn();
      }
      hosts.sweep();
    },
  };
}
