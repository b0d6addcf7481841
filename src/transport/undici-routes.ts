import type { Dispatcher } from "undici";

import type { HttpRequest } from "../core/request.ts";
import { onlyPublic, type ScopeOf } from "./address-policy.ts";
import type { Lookup } from "./dns-cache.ts";
import { type Connector, createConnector, type LaneRoute } from "./undici-lane.ts";
import { parseProxy, proxyConnector, tunnelConnector } from "./undici-proxy.ts";

/** Where every connection leads, whatever its request asks for: a server of this machine that stands in for all. */
export interface Detour {
  /** On the loopback interface, where plain HTTP is spoken with every origin's name. */
  readonly port: number;
}

/** What decides how a server is reached. */
export interface RouteOptions {
  readonly http2: boolean;
  /** Hosts (`name` or `name:port`) whose certificates are not verified. */
  readonly insecureHosts: readonly string[];
  readonly proxy?: string | undefined;
  readonly detour?: Detour | undefined;
  readonly lookup: Lookup;
  readonly scopeOf: ScopeOf;
}

/** The ways to servers: directly or through the proxy, with which certificates, to which addresses. */
export interface Routes {
  to(origin: URL, reach: HttpRequest["reach"]): LaneRoute;
  /** The request as the lane's peer is asked it. */
  dispatchOptions(request: HttpRequest): Dispatcher.DispatchOptions;
}

type Verify = "certificate" | "nothing";

/**
 * Makes the ways to servers. Each combination of verification, reach and proxy has a connector, and so
 * TLS sessions, of its own: nothing is reused across them.
 * @throws TypeError for a proxy that is no http(s) URL.
 */
export function createRoutes(options: RouteOptions): Routes {
  const insecure = new Set(options.insecureHosts.map((host) => host.toLowerCase()));
  const { detour } = options;
  // A proxy would be somebody else than the server that stands in.
  const proxy =
    options.proxy === undefined || detour !== undefined ? undefined : parseProxy(options.proxy);
  const connectors = new Map<string, Connector>();

  function verifyOf(origin: URL): Verify {
    return insecure.has(origin.host) || insecure.has(origin.hostname) ? "nothing" : "certificate";
  }

  function connector(
    verify: Verify,
    kind: "direct" | "public" | "in tunnel" | "to proxy",
  ): Connector {
    const key = `${verify} ${kind}`;
    let known = connectors.get(key);
    if (known === undefined) {
      const { lookup, scopeOf } = options;
      known = createConnector({
        http2: options.http2 && kind !== "to proxy",
        verify,
        lookup: kind === "public" ? onlyPublic(lookup, scopeOf) : lookup,
      });
      if (kind === "to proxy") known = proxyConnector(proxy!, known);
      if (detour !== undefined) known = detourConnector(detour, known);
      connectors.set(key, known);
    }
    return known;
  }

  return {
    to(origin, reach) {
      const verify = verifyOf(origin);
      if (proxy === undefined) {
        const connect = connector(verify, reach === "public" ? "public" : "direct");
        return { peer: origin.origin, connect, proxy: undefined };
      }
      if (origin.protocol === "https:") {
        return {
          peer: origin.origin,
          connect: tunnelConnector(
            proxy,
            connector(verifyOf(new URL(proxy.origin)), "to proxy"),
            connector(verify, "in tunnel"),
          ),
          proxy: proxy.origin,
        };
      }
      const connect = connector(verifyOf(new URL(proxy.origin)), "to proxy");
      return { peer: proxy.origin, connect, proxy: proxy.origin };
    },
    dispatchOptions(request) {
      const plain = {
        origin: request.origin,
        path: request.target,
        method: request.method,
        headers: request.headers as string[],
        body: request.body ?? null,
        idempotent: request.idempotent,
      };
      if (proxy === undefined || request.origin.startsWith("https:")) return plain;
      // The absolute form (RFC 9112 §3.2.2).
      return { ...plain, path: request.url, headers: forProxy(request) };
    },
  };

  function forProxy(request: HttpRequest): string[] {
    const headers = [...request.headers];
    const names = headers.filter((_, index) => index % 2 === 0);
    if (!names.some((name) => name.toLowerCase() === "host")) {
      headers.push("host", new URL(request.origin).host);
    }
    if (proxy!.authorization !== undefined) {
      headers.push("proxy-authorization", proxy!.authorization);
    }
    return headers;
  }
}

/** Connects to the stand-in, without TLS and without a look-up, whoever is meant. */
function detourConnector({ port }: Detour, connect: Connector): Connector {
  const there = { protocol: "http:", host: `127.0.0.1:${port}`, hostname: "127.0.0.1" };
  return (target, callback) => connect({ ...target, ...there, port: String(port) }, callback);
}
