import type { Clock } from "../core/clock.ts";
import { hostOf } from "../core/request.ts";
import type { Middleware, Send } from "../core/send.ts";
import type { HostHealth } from "../policy/breaker.ts";

/** A host's own middleware, and how the host is. */
export interface HostGates {
  readonly middleware: Middleware;
  /** Whether nobody is in or waiting. */
  isIdle(): boolean;
  /** How many of its requests may be in flight, as it looks at the moment. */
  room(): number;
  health(): HostHealth;
  /** Whether it accepted something in the last while. */
  isAtWork(): boolean;
  /** Keeps what was learned, for whoever asks this host next time. */
  keep(): void;
}

/** When the state of a host that nobody asks any more is forgotten. */
export interface HostsOptions {
  readonly make: (host: string) => HostGates;
  readonly clock: Clock;
  /** Idle time after which a host may be forgotten: longer than any hold or rate window. Milliseconds. */
  readonly forgetAfterMs: number;
}

/** All hosts that are asked, each with gates of its own. */
export interface Hosts {
  readonly middleware: Middleware;
  /** The gates of a host; undefined where it is not known (yet, or any more). */
  gatesOf(host: string): HostGates | undefined;
  /** Has every host keep what was learned. */
  keep(): void;
}

interface Host {
  readonly gates: HostGates;
  /** Through the gates to the wire, for whoever asked last. */
  send: Send | undefined;
  next: Send | undefined;
  /** The latest sweep before which it was asked. */
  sweep: number;
}

/** Hosts known before idle ones are looked for; doubles with what is really in use. */
const FIRST_SWEEP = 1_024;

/** Gives each host gates of its own, and forgets hosts that are idle for long. */
export function createHosts({ make, clock, forgetAfterMs }: HostsOptions): Hosts {
  const hosts = new Map<string, Host>();
  let sweepAt = FIRST_SWEEP;
  let sweeps = 0;
  let sweptMs = clock.now();

  function known(name: string): Host {
    let host = hosts.get(name);
    if (host === undefined) {
      if (hosts.size >= sweepAt) sweep();
      host = { gates: make(name), send: undefined, next: undefined, sweep: sweeps };
      hosts.set(name, host);
    }
    host.sweep = sweeps;
    return host;
  }

  /** Whoever was not asked since the last sweep, and that is long enough ago, is forgotten. */
  function sweep(): void {
    const nowMs = clock.now();
    if (nowMs - sweptMs >= forgetAfterMs) {
      for (const [name, host] of hosts) {
        if (host.sweep >= sweeps || !host.gates.isIdle()) continue;
        host.gates.keep();
        hosts.delete(name);
      }
      sweeps += 1;
      sweptMs = nowMs;
    }
    sweepAt = Math.max(FIRST_SWEEP, hosts.size * 2);
  }

  return {
    middleware: (next) => (request, call) => {
      const host = known(hostOf(request));
      if (host.next !== next) {
        host.next = next;
        host.send = host.gates.middleware(next);
      }
      return host.send!(request, call);
    },
    gatesOf: (host) => hosts.get(host)?.gates,
    keep() {
      for (const { gates } of hosts.values()) gates.keep();
    },
  };
}
