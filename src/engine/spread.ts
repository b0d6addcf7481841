import { hostOf, type HttpRequest } from "../core/request.ts";

/** Something that owes an answer: at least its request. */
export interface Owed {
  readonly request: HttpRequest;
}

/** Whose turn it is: gives one at a time, and hears when one has landed. */
export interface Turns<T extends Owed> {
  /** The next one, or undefined when there is none left. Waits while all have their share out. */
  next(): Promise<T | undefined> | T | undefined;
  /** One that `next` gave is back, or rests: its host may have another turn. */
  landed(owed: T): void;
  /** One that rested goes on. */
  resumed(owed: T): void;
  /** Stops reading; whatever is not given out yet is not given out. */
  close(): Promise<void>;
}

/** How far ahead and how evenly. */
export interface SpreadOptions {
  /** Read this far ahead, so that an input sorted by host still keeps all hosts busy. @default 10000 */
  readonly lookAhead?: number;
  /** At most this many of one host out: more would only wait at its gate. */
  readonly perHost: number;
}

interface Host<T> {
  readonly pending: T[];
  first: number;
  out: number;
}

/**
 * Gives the turn to the host with the fewest requests out, over a look-ahead, in O(1): hosts with work
 * stand in levels by how many they have out, in each level in the order they came there.
 */
export function spread<T extends Owed>(
  batches: AsyncIterable<readonly T[]>,
  { lookAhead = 10_000, perHost }: SpreadOptions,
): Turns<T> {
  const reader = batches[Symbol.asyncIterator]();
  const hosts = new Map<string, Host<T>>();
  const levels: Set<Host<T>>[] = [];
  let lowest = 0;
  let pending = 0;
  let input: "open" | "reading" | "ended" = "open";
  let failure: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;

  function level(out: number): Set<Host<T>> {
    while (levels.length <= out) levels.push(new Set());
    return levels[out]!;
  }

  function add(owed: T): void {
    const name = hostOf(owed.request);
    let host = hosts.get(name);
    if (host === undefined) {
      host = { pending: [], first: 0, out: 0 };
      hosts.set(name, host);
    }
    if (host.first === host.pending.length) {
      level(host.out).add(host);
      lowest = Math.min(lowest, host.out);
    }
    host.pending.push(owed);
    pending += 1;
  }

  function give(): T | undefined {
    while (lowest < levels.length && levels[lowest]!.size === 0) lowest += 1;
    if (lowest >= Math.min(levels.length, perHost)) return undefined;
    const host = levels[lowest]!.values().next().value!;
    levels[lowest]!.delete(host);
    const owed = host.pending[host.first]!;
    host.first += 1;
    host.out += 1;
    pending -= 1;
    if (host.first < host.pending.length) level(host.out).add(host);
    if (host.first === host.pending.length || host.first >= 1_024) {
      host.pending.splice(0, host.first);
      host.first = 0;
    }
    return owed;
  }

  /** Moves a host between the levels. */
  function shift(owed: T, by: 1 | -1): void {
    const name = hostOf(owed.request);
    let host = hosts.get(name);
    if (host === undefined) {
      host = { pending: [], first: 0, out: 0 };
      hosts.set(name, host);
    }
    if (host.first < host.pending.length) {
      levels[host.out]!.delete(host);
      level(host.out + by).add(host);
      lowest = Math.min(lowest, host.out + by);
    }
    host.out += by;
    if (host.out === 0 && host.pending.length === 0) hosts.delete(name);
  }

  async function read(): Promise<void> {
    input = "reading";
    try {
      while (pending < lookAhead) {
        const batch = await reader.next();
        if (batch.done === true) {
          input = "ended";
          break;
        }
        for (const owed of batch.value) add(owed);
        wake?.();
      }
      if (input === "reading") input = "open";
    } catch (error) {
      failure = { error };
      input = "ended";
    }
    wake?.();
  }

  async function waitForOne(): Promise<T | undefined> {
    for (;;) {
      if (failure !== undefined) throw failure.error;
      const owed = give();
      if (owed !== undefined) return owed;
      if (input === "ended" && pending === 0) return undefined;
      const woken = Promise.withResolvers<void>();
      wake = woken.resolve;
      readAhead();
      await woken.promise;
      wake = undefined;
    }
  }

  function readAhead(): void {
    if (input === "open" && pending < lookAhead / 2) void read();
  }

  return {
    next() {
      readAhead();
      if (failure !== undefined) throw failure.error;
      return give() ?? waitForOne();
    },
    landed(owed) {
      shift(owed, -1);
      wake?.();
    },
    resumed(owed) {
      shift(owed, 1);
    },
    async close() {
      input = "ended";
      pending = 0;
      for (const each of levels) each.clear();
      await reader.return?.();
      wake?.();
    },
  };
}
