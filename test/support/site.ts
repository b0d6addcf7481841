import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** What a page of a site is: its HTML, or an answer in full. */
export type SitePage =
  | string
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Buffer;
    };

/** A site for one test, which remembers who asked for what. */
export interface Site extends AsyncDisposable {
  readonly url: string;
  /** Paths in the order in which they were asked for, robots.txt left out. */
  readonly asked: readonly string[];
  readonly requests: readonly {
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly atMs: number;
  }[];
  at(path: string): string;
}

/** Starts a site of these pages by path; all others are 404. `onAsked` hears of each request. */
export async function startSite(
  pages: Readonly<Record<string, SitePage>>,
  onAsked: (path: string) => void = () => {},
): Promise<Site> {
  const requests: { path: string; headers: IncomingHttpHeaders; atMs: number }[] = [];
  const server = createServer((request, response) => {
    const path = request.url!;
    onAsked(path);
    requests.push({ path, headers: request.headers, atMs: performance.now() });
    const page = Object.hasOwn(pages, path) ? pages[path]! : { status: 404, body: "not there" };
    const {
      status = 200,
      headers = {},
      body = "",
    } = typeof page === "string" ? { body: page } : page;
    response.writeHead(status, { "content-type": "text/html; charset=utf-8", ...headers });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    get asked() {
      return requests.map(({ path }) => path).filter((path) => path !== "/robots.txt");
    },
    at: (path) => url + path,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
