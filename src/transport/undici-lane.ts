import { createRequire } from "node:module";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

import type {
  Client as UndiciClient,
  Dispatcher,
  ProxyAgent as UndiciProxyAgent,
  buildConnector as BuildConnector,
} from "undici";

import type { Clock } from "../core/clock.ts";
import type { Lookup } from "./dns-cache.ts";
import type { Lane } from "./lanes.ts";

// The package's index loads fetch, web sockets and caches, 40 ms of start-up that nothing here uses.
const load = createRequire(import.meta.url);
const Client = load("undici/lib/dispatcher/client.js") as typeof UndiciClient;
const buildConnector = load("undici/lib/core/connect.js") as typeof BuildConnector;

/** How lanes connect. */
export interface LaneOptions {
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly http2: boolean;
  readonly verify: "certificate" | "nothing";
  readonly lookup: Lookup;
  readonly clock: Clock;
}

/** The phases of a lane's latest connection, in milliseconds. */
export interface ConnectPhases {
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
}

/** Streams asked of one HTTP/2 session at once; undici heeds a lower limit of the server. */
const H2_STREAMS = 100;
/** How long an idle connection is kept where the server does not say. */
const KEEP_ALIVE_MS = 15_000;

/** What an exchange needs of a lane. */
export interface WireLane extends Lane {
  readonly protocol: "http/1.1" | "h2";
  /** Counts connections, so that an exchange sees whether one was opened for it. */
  readonly connections: number;
  /** The phases of the latest connection. */
  readonly phases: ConnectPhases;
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void;
}

const NO_PHASES: ConnectPhases = { dnsMs: null, connectMs: null, tlsMs: null };

/** A lane on one undici Client. */
export class UndiciLane implements WireLane {
  inUse = 0;
  capacity = 1;
  protocol: "http/1.1" | "h2" = "http/1.1";
  connections = 0;
  phases = NO_PHASES;
  readonly #client: UndiciClient;

  constructor(
    origin: string,
    connect: BuildConnector.connector,
    options: LaneOptions,
    onHandshake: (lane: UndiciLane, capacityBefore: number) => void,
  ) {
    this.#client = new Client(origin, {
      pipelining: 1,
      headersTimeout: options.headersTimeoutMs,
      bodyTimeout: options.idleTimeoutMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: 64 * 1024,
      allowH2: options.http2,
      maxConcurrentStreams: H2_STREAMS,
      connect: (target, callback) => {
        const startMs = options.clock.now();
        const socket = connect(target, (...result) => {
          const [error, connected] = result;
          if (error === null) {
            this.connections += 1;
            this.protocol = (connected as TLSSocket).alpnProtocol === "h2" ? "h2" : "http/1.1";
          }
          const before = this.capacity;
          this.capacity = this.protocol === "h2" ? H2_STREAMS : 1;
          onHandshake(this, before);
          callback(...result);
        }) as unknown as Socket | undefined;
        if (socket !== undefined) this.#watch(socket, startMs, options.clock);
        return socket;
      },
    });
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch(options, handler);
  }

  destroy(): void {
    // Beware: destroy() rejects nothing of interest, but its promise must be heard.
    this.#client.destroy().catch(() => {});
  }

  /** Notes when each phase of connecting ends. Beware: this object is replaced, never changed. */
  #watch(socket: Socket, startMs: number, clock: Clock): void {
    let lookedUpMs: number | null = null;
    let connectedMs: number | null = null;
    this.phases = NO_PHASES;
    socket.once("lookup", () => {
      lookedUpMs = clock.now();
      this.phases = { dnsMs: lookedUpMs - startMs, connectMs: null, tlsMs: null };
    });
    socket.once("connect", () => {
      connectedMs = clock.now();
      const dnsMs = lookedUpMs === null ? null : lookedUpMs - startMs;
      this.phases = { dnsMs, connectMs: connectedMs - (lookedUpMs ?? startMs), tlsMs: null };
    });
    socket.once("secureConnect", () => {
      this.phases = { ...this.phases, tlsMs: clock.now() - (connectedMs ?? startMs) };
    });
  }
}

/** All requests to one origin through a proxy: its agent keeps the connections, which show no phases. */
export class ProxyLane implements WireLane {
  inUse = 0;
  readonly capacity = Number.POSITIVE_INFINITY;
  readonly protocol = "http/1.1";
  readonly connections = 0;
  readonly phases = NO_PHASES;
  readonly #agent: UndiciProxyAgent;

  constructor(agent: UndiciProxyAgent) {
    this.#agent = agent;
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#agent.dispatch(options, handler);
  }

  /** The agent is the transport's to close. */
  destroy(): void {}
}

/** An agent for one proxy: plain requests in absolute form, TLS through CONNECT tunnels (RFC 9110 §9.3.6). */
export function createProxyAgent(proxy: string, options: LaneOptions): UndiciProxyAgent {
  const ProxyAgent = load("undici/lib/dispatcher/proxy-agent.js") as typeof UndiciProxyAgent;
  return new ProxyAgent({
    uri: proxy,
    proxyTunnel: false,
    headersTimeout: 0,
    bodyTimeout: options.idleTimeoutMs,
    connectTimeout: options.connectTimeoutMs,
    requestTls: { rejectUnauthorized: options.verify === "certificate" },
  });
}

/** The connector that all lanes of one kind share: DNS cache, TLS sessions, addresses raced (RFC 8305). */
export function createConnector(options: LaneOptions): BuildConnector.connector {
  return buildConnector({
    timeout: options.connectTimeoutMs,
    allowH2: options.http2,
    preferH2: true,
    lookup: options.lookup,
    autoSelectFamily: true,
    rejectUnauthorized: options.verify === "certificate",
  } as BuildConnector.BuildOptions);
}
