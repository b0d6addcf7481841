import { createRequire } from "node:module";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

import type { Client as UndiciClient, Dispatcher } from "undici";

import { type Connector, ConnectTimeout, type Pending } from "./undici-lane.ts";

const load = createRequire(import.meta.url);
const Client = load("undici/lib/dispatcher/client.js") as typeof UndiciClient;

/** Why there is no way through a proxy; the message names it without its credentials. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";
  /** Whether the same may succeed later. */
  readonly transient: boolean;

  constructor(message: string, options: { readonly transient: boolean; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.transient = options.transient;
  }
}

/** A proxy: `http://proxy.example:3128`. */
export interface Proxy {
  /** Scheme, host and port alone. */
  readonly origin: string;
  /** The value of Proxy-Authorization (RFC 7617), which nobody but the proxy is sent. */
  readonly authorization: string | undefined;
}

/** Reads `http[s]://[user:password@]host:port`. @throws TypeError for anything else. */
export function parseProxy(text: string): Proxy {
  const url = URL.parse(text);
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new TypeError("a proxy is a URL such as http://user:password@proxy.example:3128");
  }
  const { origin, username, password } = url;
  if (username === "" && password === "") return { origin, authorization: undefined };
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { origin, authorization: `Basic ${Buffer.from(credentials, "utf8").toString("base64")}` };
}

/** Connects to the proxy itself; whatever fails on the way is a ProxyError. */
export function proxyConnector(proxy: Proxy, connect: Connector): Connector {
  return (target, callback) =>
    // The name on the proxy's certificate is its own, whomever the request is for.
    connect({ ...target, servername: undefined as unknown as string }, (error, socket) => {
      if (error === null) callback(null, socket);
      else callback(error instanceof ConnectTimeout ? error : unreachable(proxy, error), null);
    });
}

/**
 * Connects through a proxy's CONNECT (RFC 9110 §9.3.6), with TLS inside: `toProxy` connects to the
 * proxy, `toServer` speaks TLS on a socket that stands.
 */
export function tunnelConnector(proxy: Proxy, toProxy: Connector, toServer: Connector): Connector {
  return (target, callback) => {
    const { hostname, port } = target;
    const host = hostname.includes(":") ? `[${hostname}]` : hostname;
    const authority = `${host}:${port === "" ? 443 : port}`;
    let pending: Pending | undefined;
    // A tunnel takes its connection with it, so that each has a client of its own.
    const client = new Client(proxy.origin, {
      headersTimeout: 0,
      connect: (...toIt) => {
        pending = toProxy(...toIt);
      },
    });
    dig(client, proxy, authority, (error, socket) => {
      if (error === null) pending = toServer({ ...target, httpSocket: socket as Socket }, callback);
      else callback(error, null);
    });
    return {
      destroy(error) {
        pending?.destroy(error);
        destroy(client, error);
      },
    };
  };
}

function destroy(client: UndiciClient, error?: Error): void {
  // Beware: it rejects nothing of interest, but its promise must be heard.
  client.destroy(error ?? null).catch(() => {});
}

/** Asks the proxy for one tunnel; calls back once. */
function dig(
  client: UndiciClient,
  proxy: Proxy,
  authority: string,
  callback: (error: Error | null, socket?: Duplex) => void,
): void {
  const headers = ["host", authority];
  if (proxy.authorization !== undefined) headers.push("proxy-authorization", proxy.authorization);
  const fail = (error: Error): void => {
    destroy(client);
    callback(error);
  };
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart() {},
    // CONNECT upgrades whatever the status; only a 2xx opens the tunnel.
    onRequestUpgrade(_controller, status, _headers, socket) {
      if (status >= 200 && status < 300) return callback(null, socket);
      socket.on("error", () => {}).destroy();
      fail(refused(proxy, status));
    },
    onResponseError(_controller, error) {
      const isOurs = error instanceof ProxyError || error instanceof ConnectTimeout;
      fail(isOurs ? error : unreachable(proxy, error));
    },
  };
  client.dispatch({ path: authority, method: "CONNECT", headers }, handler);
}

/** The proxy's own answer in place of the server's: 407 is final, a server it cannot reach is not. */
export function refused(proxy: Pick<Proxy, "origin">, status: number): ProxyError {
  const words =
    status === 407
      ? `the proxy ${proxy.origin} wants other credentials (407)`
      : `the proxy ${proxy.origin} opened no tunnel (${status})`;
  return new ProxyError(words, { transient: status >= 500 && status !== 501 && status !== 505 });
}

function unreachable(proxy: Proxy, error: Error): ProxyError {
  const root = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  const words = `the proxy ${proxy.origin} cannot be reached: ${root.message}`;
  const code = (root as NodeJS.ErrnoException).code ?? "";
  const isCertificate = /^(?:ERR_TLS_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/.test(code);
  return new ProxyError(words, { transient: !isCertificate, cause: error });
}
