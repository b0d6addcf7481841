import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A page or a file of a site whose pages change. */
export interface VersionedPage {
  readonly body: string | Buffer;
  /** @default text/html */
  readonly type?: string;
  /** What names its version. @default an ETag */
  readonly validator?: "etag" | "last-modified" | "none";
  /** Where it leads: it is a redirect. */
  readonly location?: string;
  /** @default 200, or 304 to whoever has it */
  readonly status?: number;
}

/** A site that answers whoever has a page with 304, and remembers what it sent. */
export interface VersionedSite extends AsyncDisposable {
  readonly url: string;
  /** May be changed between two crawls; what is not in it is 404. */
  readonly pages: Map<string, VersionedPage | string>;
  /** `200 /a`, sorted, since the log was last taken. */
  takeLog(): readonly string[];
  /** Resolves once so many were answered since then. */
  answered(count: number): Promise<void>;
}

/** When pages without an ETag were last changed, unless their body says otherwise. */
const MODIFIED = "Tue, 03 Nov 2026 10:00:00 GMT";

/** Starts a site with these pages by path. */
export async function startVersionedSite(
  given: Readonly<Record<string, VersionedPage | string>>,
): Promise<VersionedSite> {
  const pages = new Map(Object.entries(given));
  let log: string[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const server = createServer(({ url, headers }, response) => {
    const found = pages.get(url!) ?? { body: "not there", status: 404, validator: "none" };
    const { body, type, validator, location, status }: VersionedPage =
      typeof found === "string" ? { body: found } : found;
    if (location !== undefined) response.setHeader("location", location);
    response.setHeader("content-type", type ?? "text/html; charset=utf-8");
    let isHad = false;
    if (validator === "last-modified") {
      response.setHeader("last-modified", MODIFIED);
      isHad = headers["if-modified-since"] === MODIFIED;
    } else if (validator !== "none") {
      const etag = `"${createHash("sha1").update(body).digest("hex")}"`;
      response.setHeader("etag", etag);
      isHad = headers["if-none-match"] === etag;
    }
    response.statusCode = status ?? (isHad ? 304 : 200);
    log.push(`${response.statusCode} ${url}`);
    for (const one of waiting) if (log.length >= one.count) one.resolve();
    response.end(response.statusCode === 304 ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pages,
    takeLog() {
      const taken = log.toSorted();
      log = [];
      return taken;
    },
    answered: (count) => new Promise((resolve) => waiting.push({ count, resolve })),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
