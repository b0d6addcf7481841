import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

/** A server that answers bytes with bytes. */
export interface RawServer extends AsyncDisposable {
  readonly port: number;
  /** `http[s]://host:port` */
  readonly origin: string;
  /** Connections it took so far. */
  readonly connections: number;
  /** Sockets that are open now. */
  readonly open: number;
  /** Requests that came: everything up to the empty line, one text each, bodies left out. */
  readonly requests: readonly string[];
}

/** What it does with the `count`-th request of all (from 1). */
export type Answer = (socket: Socket, count: number, head: string) => void;

/** How it listens. */
export interface RawServerOptions {
  /** @default "127.0.0.1" */
  readonly host?: string;
  readonly tls?: TlsOptions;
  /** Called for each connection, before any request. */
  readonly onConnection?: (socket: Socket, count: number) => void;
}

/** Starts a server on a free port of the loopback. Its answers close nothing by themselves. */
export async function startRawServer(
  answer: Answer | string,
  options: RawServerOptions = {},
): Promise<RawServer> {
  const { host = "127.0.0.1", tls, onConnection } = options;
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const take = (socket: Socket): void => {
    socket.on("error", () => {});
    onConnection?.(socket, connections);
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      for (let end = text.indexOf("\r\n\r\n"); end !== -1; end = text.indexOf("\r\n\r\n")) {
        const head = text.slice(0, end);
        const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
        if (text.length < end + 4 + length) return;
        text = text.slice(end + 4 + length);
        requests.push(head);
        if (typeof answer === "string") socket.write(answer, "latin1");
        else answer(socket, requests.length, head);
      }
    });
  };
  const server: Server = tls === undefined ? createServer(take) : createTlsServer(tls, take);
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const name = tls === undefined ? host : "localhost";
  return {
    port,
    origin: `http${tls === undefined ? "" : "s"}://${name.includes(":") ? `[${name}]` : name}:${port}`,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An answer of HTTP/1.1 with a length. */
export function reply(
  body: string | Uint8Array,
  fields: readonly string[] = [],
  status = "200 OK",
): Buffer {
  const bytes = Buffer.from(body);
  const head = [`HTTP/1.1 ${status}`, `content-length: ${bytes.byteLength}`, ...fields, "", ""];
  return Buffer.concat([Buffer.from(head.join("\r\n"), "latin1"), bytes]);
}
