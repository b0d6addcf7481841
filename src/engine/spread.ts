import { hostOf, type HttpRequest } from "../core/request.ts";

/** Something that owes an answer: at least its request. */
export interface Owed {
  readonly request: HttpRequest;
  /** The row that it answers, where there are rows. */
  readonly row?: { readonly number: number };
}

/** Kept ready where hosts still have turns: enough that nobody waits for the input. */
const READY = 512;

/**
 * A host that was alone for so many times the look-ahead is taken for the only one: reading far ahead is not worth
 * its memory then, and what another one would have gained is a tenth of the time so far at most.
 */
const LONG_ALONE = 10;

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
  /**
   * Read this far ahead while no host that is known may have another turn, so that an input sorted by
   * host still keeps all hosts busy; less where there has been no other host for very long. @default 10000
   */
  readonly lookAhead?: number;
  /** At most so many of a host out, as it looks at the moment: more would only wait in its line. */
  readonly turnsAt: (host: string) => number;
}

interface Host<T> {
  readonly name: string;
  readonly pending: T[];
  first: number;
  out: number;
  /** Whether it stands in its level's line: it has work, and may have another turn. */
  isInLine: boolean;
  before: Host<T> | undefined;
  behind: Host<T> | undefined;
}

/** Hosts in a line. Beware: a Set would make a new table every few turns, and the old ones keep alive
 * what they held until the whole heap is marked. */
interface Line<T> {
  first: Host<T> | undefined;
  last: Host<T> | undefined;
}

/**
 * Gives the turn to the host with the fewest requests out, over a look-ahead, in O(1): hosts with work
 * stand in levels by how many they have out, in each level in the order they came there. A host that has
 * all its turns out stands nowhere until one of them is back.
 */
export function spread<T extends Owed>(
  batches: AsyncIterable<readonly T[]>,
  { lookAhead = 10_000, turnsAt }: SpreadOptions,
): Turns<T> {
  const reader = batches[Symbol.asyncIterator]();
  const hosts = new Map<string, Host<T>>();
  const levels: Line<T>[] = [];
  let lowest = 0;
  let pending = 0;
  /** How many came one after the other while there was but one host. */
  let alone = 0;
  let input: "open" | "reading" | "ended" = "open";
  let failure: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;

  /** Puts a host with work at the end of its level's line, unless it has all its turns out. */
  function join(host: Host<T>): void {
    if (host.out >= turnsAt(host.name)) return;
    host.isInLine = true;
    while (levels.length <= host.out) levels.push({ first: undefined, last: undefined });
    const line = levels[host.out]!;
    host.before = line.last;
    host.behind = undefined;
    if (line.last === undefined) line.first = host;
    else line.last.behind = host;
    line.last = host;
    lowest = Math.min(lowest, host.out);
  }

  function leave(host: Host<T>): void {
    host.isInLine = false;
    const line = levels[host.out]!;
    if (host.before === undefined) line.first = host.behind;
    else host.before.behind = host.behind;
    if (host.behind === undefined) line.last = host.before;
    else host.behind.before = host.before;
    // Beware: one that is gone, once it is old, would keep whoever stood behind it from dying young.
    host.before = undefined;
    host.behind = undefined;
  }

  const hasWork = (host: Host<T>): boolean => host.first < host.pending.length;

  function known(owed: T): Host<T> {
    const name = hostOf(owed.request);
    let host = hosts.get(name);
    if (host === undefined) {
      host = {
        name,
        pending: [],
        first: 0,
        out: 0,
        isInLine: false,
        before: undefined,
        behind: undefined,
      };
      hosts.set(name, host);
    }
    return host;
  }

  function add(owed: T): void {
    const host = known(owed);
    const isNew = !hasWork(host);
    host.pending.push(owed);
    pending += 1;
    alone = hosts.size === 1 ? alone + 1 : 0;
    if (isNew) join(host);
  }

  function give(): T | undefined {
    while (lowest < levels.length && levels[lowest]!.first === undefined) lowest += 1;
    if (lowest >= levels.length) return undefined;
    const host = levels[lowest]!.first!;
    leave(host);
    const owed = host.pending[host.first]!;
    host.first += 1;
    host.out += 1;
    pending -= 1;
    if (hasWork(host)) join(host);
    if (!hasWork(host) || host.first >= 1_024) {
      host.pending.splice(0, host.first);
      host.first = 0;
    }
    return owed;
  }

  /** Moves a host between the levels. */
  function shift(owed: T, by: 1 | -1): void {
    const host = known(owed);
    if (host.isInLine) leave(host);
    host.out += by;
    if (hasWork(host)) join(host);
    else if (host.out === 0) hosts.delete(host.name);
  }

  /** How far ahead it is read while somebody starves. */
  const reach = (): number =>
    alone > LONG_ALONE * lookAhead ? Math.min(READY, lookAhead) : lookAhead;

  async function read(): Promise<void> {
    input = "reading";
    try {
      while (pending < (wake === undefined ? READY : reach())) {
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
      readAhead(reach());
      await woken.promise;
      wake = undefined;
    }
  }

  function readAhead(most: number): void {
    if (input === "open" && pending < most) void read();
  }

  return {
    next() {
      readAhead(READY / 2);
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
      levels.length = 0;
      for (const host of hosts.values()) {
        host.isInLine = false;
        host.pending.length = 0;
        host.first = 0;
      }
      await reader.return?.();
      wake?.();
    },
  };
}
