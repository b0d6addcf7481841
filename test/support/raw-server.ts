import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

import { playSteps, type RawStep } from "./raw-steps.ts";

/** A server that speaks bytes, not HTTP: it plays a script at every request head that arrives. */
export interface RawServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Everything that arrived, by connection, as latin1. */
  readonly received: readonly string[];
  /** Request heads that arrived. */
  readonly requests: number;
  /** Resolves when every script that was begun has been played to its end. */
  idle(): Promise<void>;
  /** What went wrong in a script, not on the wire. */
  readonly faults: readonly unknown[];
}

const HEAD_END = "\r\n\r\n";

/**
 * Starts a raw server on the loopback interface. `scriptOf` gives the steps for the n-th request of
 * all (from 0); a connection's requests are played one after the other.
 */
export async function startRawServer(
  scriptOf: (request: number) => readonly RawStep[],
): Promise<RawServer> {
  const received: string[] = [];
  const faults: unknown[] = [];
  const sockets = new Set<Socket>();
  const playing = new Set<Promise<void>>();
  let requests = 0;

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connection = received.push("") - 1;
    const gone = new AbortController();
    let played = Promise.resolve();
    let unread = "";
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      gone.abort();
    });
    socket.on("end", () => {
      void played.then(() => socket.end());
      // Nobody listens any more; a script that holds would keep the socket for ever.
      gone.abort();
    });
    socket.on("data", (bytes) => {
      const text = bytes.toString("latin1");
      received[connection] += text;
      unread += text;
      for (let end = unread.indexOf(HEAD_END); end !== -1; end = unread.indexOf(HEAD_END)) {
        unread = unread.slice(end + HEAD_END.length);
        const script = scriptOf(requests);
        requests += 1;
        const turn = played
          .then(() => playSteps(script, { socket, gone: gone.signal }))
          .catch((error: unknown) => void faults.push(error))
          .finally(() => playing.delete(turn));
        playing.add(turn);
        played = turn;
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    received,
    faults,
    get requests() {
      return requests;
    },
    async idle() {
      await Promise.all(playing);
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
