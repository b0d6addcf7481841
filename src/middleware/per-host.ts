import type { Clock } from "../core/clock.ts";
import { hostOf } from "../core/request.ts";
import type { Middleware, Send } from "../core/send.ts";

/** A host's own middleware, and whether it has anyone in or waiting. */
export interface HostGates {
  readonly middleware: Middleware;
  isIdle(): boolean;
}

/** When the state of a host that nobody asks any more is forgotten. */
export interface PerHostOptions {
  readonly clock: Clock;
  /** Idle time after which a host may be forgotten: longer than any hold or rate window. Milliseconds. */
  readonly forgetAfterMs: number;
}

interface Host {
  readonly send: Send;
  readonly gates: HostGates;
  /** The latest sweep before which it was asked. */
  sweep: number;
}

/** Hosts known before idle ones are looked for; doubles with what is really in use. */
const FIRST_SWEEP = 1_024;

/** Gives each host middleware of its own (gates, paces), and forgets hosts that are idle for long. */
export function perHost(make: (host: string) => HostGates, options: PerHostOptions): Middleware {
  return (next) => {
    const hosts = new Map<string, Host>();
    let sweepAt = FIRST_SWEEP;
    let sweeps = 0;
    let sweptMs = options.clock.now();

    function known(name: string): Host {
      let host = hosts.get(name);
      if (host === undefined) {
        if (hosts.size >= sweepAt) sweep();
        const gates = make(name);
        host = { send: gates.middleware(next), gates, sweep: sweeps };
        hosts.set(name, host);
      }
      host.sweep = sweeps;
      return host;
    }

    /** Whoever was not asked since the last sweep, and that is long enough ago, is forgotten. */
    function sweep(): void {
      const nowMs = options.clock.now();
      if (nowMs - sweptMs >= options.forgetAfterMs) {
        for (const [name, host] of hosts) {
          if (host.sweep < sweeps && host.gates.isIdle()) hosts.delete(name);
        }
        sweeps += 1;
        sweptMs = nowMs;
      }
      sweepAt = Math.max(FIRST_SWEEP, hosts.size * 2);
    }

    return (request, call) => known(hostOf(request)).send(request, call);
  };
}
