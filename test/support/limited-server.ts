import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { HeaderList } from "../../src/core/headers.ts";
import { limitModelOf } from "../../src/rehearsal/limit-model.ts";

/** One request as a limited server judged it. Times are `performance.now()` of this process. */
export interface Judged {
  readonly atMs: number;
  readonly isRefused: boolean;
}

/** A real server on the loopback interface that limits as a model does, and remembers what it judged. */
export interface LimitedServer extends AsyncDisposable {
  readonly url: string;
  /** In the order of arrival. */
  readonly judged: readonly Judged[];
}

/** Starts a server that limits as `spec` says (see `limitModelOf`, and `headers=dictionary` of the RateLimit draft 07); each request takes `serviceMs`. */
export async function startLimited(
  spec: string,
  { serviceMs = 5 }: { readonly serviceMs?: number } = {},
): Promise<LimitedServer> {
  const isDictionary = spec.includes("headers=dictionary");
  const model = limitModelOf(spec.replace("headers=dictionary", "headers=x"));
  const judged: Judged[] = [];
  const server = createServer({ keepAliveTimeout: 60_000 }, (_request, response) => {
    const nowMs = performance.now();
    const verdict = model.arrive({ nowMs, wallMs: Date.now(), serviceMs });
    judged.push({ atMs: nowMs, isRefused: verdict.kind !== "accepted" });
    if (verdict.kind === "accepted") {
      response.once("close", () => model.leave(performance.now()));
    }
    setTimeout(() => {
      if (verdict.kind === "dropped") return response.destroy();
      const status = verdict.kind === "refused" ? verdict.status : 200;
      const fields = isDictionary ? dictionaryOf(verdict.headers) : verdict.headers;
      response.writeHead(status, [...fields, "content-type", "application/json"]);
      return response.end("{}");
    }, verdict.forMs);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", 4096, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    judged,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The fields of X-RateLimit as one: `RateLimit: limit=50, remaining=7, reset=1`. */
function dictionaryOf(headers: HeaderList): HeaderList {
  const parts: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const word = /^x-ratelimit-(.+)$/.exec(headers[at]!)?.[1];
    if (word !== undefined) parts.push(`${word}=${headers[at + 1]!}`);
  }
  return ["ratelimit", parts.join(", ")];
}

/** Requests in turn to each of these servers, `count` to each: what a run reads. */
export function rowsFor(servers: readonly LimitedServer[], count: number): string {
  const rows = Array.from({ length: count }, (_, n) => servers.map(({ url }) => `${url}/${n}`));
  return rows.flat().join("\n");
}
