import { createAwakeClock } from "../core/awake-clock.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import type { Listener } from "../core/event.ts";
import { createHalt, type Halt } from "../core/halt.ts";
import type { Send, Transport } from "../core/send.ts";
import type { Hosts } from "../middleware/hosts.ts";
import { createGate, type Gate } from "../policy/gate.ts";
import type { HostMemory } from "../policy/host-memory.ts";
import { createUndiciTransport, type WantedBodies } from "../transport/undici.ts";
import type { Detour } from "../transport/undici-routes.ts";
import type { HostPaces } from "./host-paces.ts";
import { createHostRates } from "./host-rates.ts";
import { mostConnections } from "./most-connections.ts";
import { openHosts } from "./open-hosts.ts";
import { watchOwnLoad } from "./own-load.ts";
import { positive, resolveLimits } from "./resolve-limits.ts";
import { type Rate, SESSION_DEFAULTS, type SessionOptions } from "./session-options.ts";

/** How hosts are asked, beside what the options of a session say. */
export interface HostParts {
  readonly emit?: Listener | undefined;
  /** Stops the run where going on makes no sense (no quota, no network, no authorisation). */
  readonly halt?: Halt | undefined;
  /** Whether a quota that is gone is waited for, however long. @default "stop", where there is a halt */
  readonly whenQuotaIsGone?: "stop" | "wait";
  /** What is remembered of hosts. @default nothing */
  readonly memory?: HostMemory | undefined;
  /** Intervals that hosts ask to be kept, beside the declared rates. @default none */
  readonly paces?: Pick<HostPaces, "of"> | undefined;
  /** In flight to a host of which nothing is known yet, where that is learned. @default the learner's own */
  readonly firstAtOnce?: number | undefined;
  /** A number from 0 to below 1. @default Math.random */
  readonly random?: () => number;
  readonly clock?: Clock;
  /** Where every connection of the network's transport leads in place of its origin. */
  readonly detour?: Detour | undefined;
  /** Instead of the network's. */
  readonly transport?: Transport;
}

/** The wire and the lines of all hosts, as one session or several use them. */
export interface SessionGround extends AsyncDisposable {
  readonly hosts: Hosts;
  /** Places over all hosts. */
  readonly total: Gate;
  readonly random: () => number;
  readonly clock: Clock;
  /** To the wire, for whoever wants bodies so. */
  sendFor(wanted: WantedBodies): Send;
}

/** Who asks for the time being. */
export interface Asker {
  readonly emit?: Listener | undefined;
  /** In flight over all hosts. */
  readonly concurrency: number;
  /** Rates that hold for it beside those of all. @default none */
  readonly rates?: readonly Rate[] | undefined;
  /** Intervals that hosts ask it to keep. @default none */
  readonly paces?: Pick<HostPaces, "of"> | undefined;
}

/**
 * What sessions that ask one after the other have in common: connections and names, places, and each host's
 * line with its rates, its holds and what was learned of it.
 */
export interface SessionCommons extends SessionGround {
  readonly halt: Halt;
  /** From now on this one asks: it hears what happens, and its rates take the place of the last one's. */
  turnTo(asker: Asker): void;
}

/** Opens what several sessions have in common, with the limits that hold for all. @throws RangeError */
export function openCommons(options: SessionOptions = {}, parts: HostParts = {}): SessionCommons {
  const { halt = createHalt(), memory } = parts;
  let asker: Omit<Asker, "concurrency"> = {};
  const ground = openGround(options, {
    ...parts,
    halt,
    emit: (event) => asker.emit?.(event),
    paces: { of: (host) => rates.of(host, asker.paces?.of(host)) },
  });
  const rates = createHostRates({ memory, clock: ground.clock });
  return {
    ...ground,
    halt,
    turnTo(next) {
      asker = next;
      ground.total.resize(Math.min(next.concurrency, mostConnections()));
      rates.turnTo(next.rates ?? []);
    },
  };
}

/** Opens the wire and the lines of the hosts. @throws RangeError for a limit or a time that is no positive number */
export function openGround(options: SessionOptions, parts: HostParts): SessionGround {
  const { emit, random = Math.random } = parts;
  const { halt, memory, paces, firstAtOnce } = parts;
  const clock = parts.clock ?? createAwakeClock(systemClock);
  const { concurrency, perHost } = resolveLimits(options);
  const wire = parts.transport ?? openWire(options, parts, clock);
  const total = createGate(Math.min(concurrency, mostConnections()));
  const hosts = openHosts({
    places: perHost,
    rates: options.limits?.rates ?? [],
    total,
    maxRetryAfterMs: options.maxRetryAfterMs ?? SESSION_DEFAULTS.maxRetryAfterMs,
    whenQuotaIsGone: parts.whenQuotaIsGone ?? "stop",
    halt,
    memory,
    paces,
    firstAtOnce,
    ownLoad: parts.clock === undefined ? watchOwnLoad() : undefined,
    random,
    clock,
    emit,
  });
  return {
    hosts,
    total,
    random,
    clock,
    sendFor: (wanted) => ("sendFor" in wire ? wire.sendFor(wanted) : wire.send),
    async [Symbol.asyncDispose]() {
      hosts.keep();
      await wire[Symbol.asyncDispose]();
    },
  };
}

function openWire(
  options: SessionOptions,
  { detour }: HostParts,
  clock: Clock,
): ReturnType<typeof createUndiciTransport> {
  return createUndiciTransport({
    timeoutMs: positive("timeoutMs", options.timeoutMs ?? SESSION_DEFAULTS.timeoutMs),
    minSpeedBytes: options.minSpeedBytes,
    connectTimeoutMs: options.connectTimeoutMs ?? SESSION_DEFAULTS.connectTimeoutMs,
    idleTimeoutMs: options.idleTimeoutMs ?? SESSION_DEFAULTS.idleTimeoutMs,
    maxBodyBytes: options.maxBodyBytes ?? SESSION_DEFAULTS.maxBodyBytes,
    // What stands in for servers speaks without TLS, so nobody could agree on HTTP/2.
    http2: detour === undefined && (options.http2 ?? true),
    insecureHosts: options.insecureHosts ?? [],
    proxy: options.proxy,
    detour,
    clock,
  });
}
