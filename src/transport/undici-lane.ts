import { createRequire } from "node:module";
import type { ClientHttp2Session, Settings } from "node:http2";
import { isIP, Socket } from "node:net";
import type { PeerCertificate, TLSSocket } from "node:tls";

import type { Client as UndiciClient, Dispatcher, buildConnector as BuildConnector } from "undici";

import type { Clock } from "../core/clock.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import type { Lookup } from "./dns-cache.ts";
import type { Lane } from "./lanes.ts";
import { passContinue } from "./pass-continue.ts";

// The package's index loads fetch, web sockets and caches, 40 ms of start-up that nothing here uses.
const load = createRequire(import.meta.url);
const Client = load("undici/lib/dispatcher/client.js") as typeof UndiciClient;
const buildConnector = load("undici/lib/core/connect.js") as typeof BuildConnector;
const { kHTTP2Session } = load("undici/lib/core/symbols.js") as { readonly kHTTP2Session: symbol };

/** Ends connections that nobody wants any more: one for all, since each error would write its stack down. */
const LET_GO = Object.assign(new Error("the connection is not wanted any more"), {
  code: "UND_ERR_DESTROYED",
});

/** A connection that is being made and can be given up. */
export interface Pending {
  destroy(error: Error): unknown;
}

/** Opens a connection and calls back once, as undici asks for it. Returns the socket where there is one yet. */
export type Connector = (
  target: BuildConnector.Options,
  callback: BuildConnector.Callback,
) => Pending;

/** How lanes connect. */
export interface LaneOptions {
  /** For name resolution, TCP and TLS together; shared by all lanes. */
  readonly connects: Deadlines;
  readonly http2: boolean;
  readonly clock: Clock;
}

/** How one kind of connection is made. */
export interface ConnectorOptions {
  readonly http2: boolean;
  readonly verify: "certificate" | "nothing";
  readonly lookup: Lookup;
}

/** Where a lane leads, and how. */
export interface LaneRoute {
  /** Whom the connection talks HTTP with: the origin, or a proxy that takes absolute targets. */
  readonly peer: string;
  readonly connect: Connector;
  /** The proxy on the way, shown in messages: never with credentials. */
  readonly proxy: string | undefined;
}

/** The phases of a lane's latest connection, in milliseconds. */
export interface ConnectPhases {
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
}

/** Streams asked of one HTTP/2 session at once where the server allows as many. */
const H2_STREAMS = 100;
/** How long an idle connection is kept where the server does not say. */
const KEEP_ALIVE_MS = 15_000;
const NO_PHASES: ConnectPhases = { dnsMs: null, connectMs: null, tlsMs: null };

/** The error of a connection that did not stand in time. */
export class ConnectTimeout extends Error {
  readonly code = "UND_ERR_CONNECT_TIMEOUT";
}

/** A lane on one undici Client: what an exchange needs of it, and how it connects. */
export class UndiciLane implements Lane, Deadline {
  /** The deadline of connecting: its place among those of all lanes. */
  dueMs = 0;
  previous: Deadline | undefined;
  next: Deadline | undefined;
  inUse = 0;
  capacity = 1;
  protocol: "http/1.1" | "h2" = "http/1.1";
  /** Counts connections, so that an exchange sees whether one was opened for it. */
  connections = 0;
  /** The phases of the latest connection. */
  phases = NO_PHASES;
  /** The IP address of the latest connection; undefined behind a proxy. */
  remoteAddress: string | undefined;
  /** Whether a request was sent whose answer has not begun. */
  isAwaiting = false;
  readonly proxy: string | undefined;
  readonly #client: UndiciClient;
  readonly #onReady: (lane: UndiciLane, capacityBefore: number) => void;
  #connecting: Pending | undefined;
  #socket: Socket | undefined;

  /** `onReady` is told of every attempt to connect, once it is known how many requests fit. */
  constructor(
    route: LaneRoute,
    options: LaneOptions,
    onReady: (lane: UndiciLane, capacityBefore: number) => void,
  ) {
    this.proxy = route.proxy;
    this.#onReady = onReady;
    this.#client = new Client(route.peer, {
      pipelining: 1,
      // The total deadline is ours; undici's would only fire beside it.
      headersTimeout: 0,
      // Ours, in one sweep over all: undici's makes and drops two timers a request.
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: 64 * 1024,
      allowH2: options.http2,
      maxConcurrentStreams: H2_STREAMS,
      connect: (target, callback) => {
        const startMs = options.clock.now();
        options.connects.stop(this);
        options.connects.start(this);
        const pending = route.connect(target, (...result) => {
          options.connects.stop(this);
          this.#connecting = undefined;
          const [error, connected] = result;
          if (error === null) this.#connected(connected);
          callback(...result);
          this.#awaitCapacity(error === null ? connected : undefined);
        });
        this.#connecting = pending;
        this.phases = NO_PHASES;
        if (pending instanceof Socket) this.#watch(pending, startMs, options.clock);
      },
    });
  }

  /** Whether the latest connection ended in an error, such as a reset. */
  get isBroken(): boolean {
    return (this.#socket?.errored ?? null) !== null;
  }

  expire(): void {
    this.#connecting?.destroy(new ConnectTimeout("no connection in time"));
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch(options, handler);
  }

  destroy(): void {
    // Beware: destroy() rejects nothing of interest, but its promise must be heard; and it knows
    // nothing of a connection that does not stand yet.
    this.#client.destroy(LET_GO).catch(() => {});
    this.#connecting?.destroy(LET_GO);
  }

  #connected(socket: Socket | TLSSocket): void {
    this.connections += 1;
    this.#socket = socket;
    this.protocol = (socket as TLSSocket).alpnProtocol === "h2" ? "h2" : "http/1.1";
    this.remoteAddress = this.proxy === undefined ? socket.remoteAddress : undefined;
    if (this.protocol === "http/1.1") passContinue(socket, () => this.isAwaiting);
  }

  /** Over HTTP/2 the server's first settings tell how many streams it takes; until then undici sends one. */
  #awaitCapacity(socket: Socket | TLSSocket | undefined): void {
    const session =
      this.protocol === "h2" && socket !== undefined
        ? (this.#client as unknown as Record<symbol, ClientHttp2Session | null>)[kHTTP2Session]
        : undefined;
    if (session === undefined || session === null) return this.#become(1);
    session.on("remoteSettings", ({ maxConcurrentStreams = H2_STREAMS }: Settings) => {
      this.#become(Math.max(1, Math.min(H2_STREAMS, maxConcurrentStreams)));
    });
    session.once("close", () => this.#become(1));
  }

  #become(capacity: number): void {
    const before = this.capacity;
    this.capacity = capacity;
    this.#onReady(this, before);
  }

  /** Notes when each phase of connecting ends. Beware: `phases` is replaced, never changed. */
  #watch(socket: Socket, startMs: number, clock: Clock): void {
    let lookedUpMs: number | null = null;
    let connectedMs: number | null = null;
    socket.once(
      "lookup",
      (error: Error | null, _address: string, _family: number, host: string) => {
        // Node tells of a "look-up" of an address, too.
        if (error !== null || isIP(host) !== 0) return;
        lookedUpMs = clock.now();
        this.phases = { dnsMs: lookedUpMs - startMs, connectMs: null, tlsMs: null };
      },
    );
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

/** The connector that all lanes of one kind share: DNS cache, TLS sessions, addresses raced (RFC 8305). */
export function createConnector(options: ConnectorOptions): Connector {
  const connect = buildConnector({
    // The lane's own deadline holds; undici's is late by up to a second.
    timeout: 0,
    allowH2: options.http2,
    preferH2: true,
    lookup: options.lookup,
    autoSelectFamily: true,
    rejectUnauthorized: options.verify === "certificate",
  });
  return (target, callback) => {
    let certificate: PeerCertificate | undefined;
    const socket = connect(target, (...[error, connected]: Parameters<typeof callback>) => {
      if (error === null) callback(error, connected);
      else callback(Object.assign(error, { cert: certificate }), null);
      // Its types leave out that it returns the socket.
    }) as unknown as Socket;
    // Beware: once it is refused, the socket has forgotten it.
    if (target.protocol === "https:") {
      const secured = socket as TLSSocket;
      secured.prependListener("secure", () => (certificate = secured.getPeerCertificate()));
    }
    return socket;
  };
}
