import { lookup as systemLookup, type LookupAddress, type LookupOptions } from "node:dns";

import type { Clock } from "../core/clock.ts";

/** How `net.connect` asks for addresses. */
export type Lookup = (
  hostname: string,
  options: LookupOptions,
  callback: (
    error: NodeJS.ErrnoException | null,
    address: string | LookupAddress[],
    family?: number,
  ) => void,
) => void;

/** `getaddrinfo` tells no TTL; new sockets see a changed address after this long at the latest. */
const FRESH_MS = 30_000;
/** A failing name is asked again after this long, not by every request in between. */
const FAILED_FRESH_MS = 1_000;
const MOST_NAMES = 10_000;

interface Entry {
  readonly expiresMs: number;
  readonly error: NodeJS.ErrnoException | null;
  readonly addresses: LookupAddress[];
}

/**
 * A `lookup` that resolves each name once at a time and remembers it: `getaddrinfo` has only four
 * threads for the whole process, so a lookup per socket would queue behind itself.
 */
export function createDnsCache(clock: Clock, resolve = resolveAll): Lookup {
  const known = new Map<string, Entry>();
  const asking = new Map<string, ((entry: Entry) => void)[]>();

  function ask(hostname: string, answer: (entry: Entry) => void): void {
    const entry = known.get(hostname);
    if (entry !== undefined && entry.expiresMs > clock.now()) return answer(entry);
    const waiting = asking.get(hostname);
    if (waiting !== undefined) {
      waiting.push(answer);
      return;
    }
    const answers = [answer];
    asking.set(hostname, answers);
    resolve(hostname, (error, addresses) => {
      const expiresMs = clock.now() + (error === null ? FRESH_MS : FAILED_FRESH_MS);
      const fresh: Entry = { expiresMs, error, addresses };
      asking.delete(hostname);
      known.delete(hostname);
      known.set(hostname, fresh);
      if (known.size > MOST_NAMES) known.delete(known.keys().next().value!);
      for (const each of answers) each(fresh);
    });
  }

  return (hostname, options, callback) => {
    ask(hostname, ({ error, addresses }) => {
      if (error !== null) return callback(error, []);
      if (options.all === true) return callback(null, addresses);
      callback(null, addresses[0]!.address, addresses[0]!.family);
    });
  };
}

function resolveAll(
  hostname: string,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
): void {
  systemLookup(hostname, { all: true, order: "verbatim" }, callback);
}
