import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A server that is a function of the request, and the targets that it was asked for. */
export interface Played extends AsyncDisposable {
  readonly url: string;
  readonly targets: string[];
  readonly mostAtOnce: () => number;
}

/** What is answered, as JSON. */
export type Answer = (url: URL, request: IncomingMessage, response: ServerResponse) => unknown;

/** JSON of whatever the function gives; a promise is waited for. */
export async function play(answer: Answer): Promise<Played> {
  const targets: string[] = [];
  let [now, most] = [0, 0];
  const server: Server = createServer((request, response) => {
    targets.push(request.url!);
    now += 1;
    most = Math.max(most, now);
    response.once("close", () => (now -= 1));
    void (async () => {
      const body = await answer(new URL(request.url!, "http://x"), request, response);
      if (response.writableEnded) return;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(body));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    mostAtOnce: () => most,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with a status and nothing else. */
export function refuse(response: ServerResponse, status: number): void {
  response.statusCode = status;
  response.end("{}");
}
