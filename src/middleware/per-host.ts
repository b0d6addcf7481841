import type { Clock } from "../core/clock.ts";
import { hostOf } from "../core/request.ts";
import type { Middleware, Send } from "../core/send.ts";

/** When the state of a host that nobody asks any more is forgotten. */
export interface PerHostOptions {
  readonly clock: Clock;
  /** Idle time after which a host may be forgotten: longer than any hold or rate window. Milliseconds. */
  readonly forgetAfterMs: number;
}

interface Host {
  readonly send: Send;
  active: number;
  lastMs: number;
}

/** Hosts known before idle ones are looked for; doubles with what is really in use. */
const FIRST_SWEEP = 1_024;

/** Gives each host middleware of its own (gates, paces), and forgets hosts that are idle for long. */
export function perHost(make: (host: string) => Middleware, options: PerHostOptions): Middleware {
  return (next) => {
    const hosts = new Map<string, Host>();
    let sweepAt = FIRST_SWEEP;

    function known(name: string): Host {
      let host = hosts.get(name);
      if (host === undefined) {
        if (hosts.size >= sweepAt) sweep();
        host = { send: make(name)(next), active: 0, lastMs: 0 };
        hosts.set(name, host);
      }
      return host;
    }

    function sweep(): void {
      const before = options.clock.now() - options.forgetAfterMs;
      for (const [name, host] of hosts) {
        if (host.active === 0 && host.lastMs < before) hosts.delete(name);
      }
      sweepAt = Math.max(FIRST_SWEEP, hosts.size * 2);
    }

    return async (request, call) => {
      const host = known(hostOf(request));
      host.active += 1;
      try {
        return await host.send(request, call);
      } finally {
        host.active -= 1;
        if (host.active === 0) host.lastMs = options.clock.now();
      }
    };
  };
}
