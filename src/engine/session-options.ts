import type { HeaderList } from "../core/headers.ts";

/** A request rate: at most `count` departures in any `perMs` milliseconds, per host. */
export interface Rate {
  readonly count: number;
  readonly perMs: number;
}

/** How much at once. A number holds; `auto` is the product's own choice. */
export interface Limits {
  /** Requests in flight over all hosts. @default "auto" (up to 1000) */
  readonly concurrency?: number | "auto";
  /** Requests in flight to one host; `auto` is learned: 6 at first, then as many as the host takes. @default "auto" */
  readonly perHost?: number | "auto";
  /** Departures to one host; several hold together. @default none */
  readonly rates?: readonly Rate[];
}

/** How a session asks. Times in milliseconds, sizes in bytes. */
export interface SessionOptions {
  /** Fields sent with every request. @default none */
  readonly headers?: Readonly<Record<string, string>> | HeaderList;
  /** Lower-case names of `headers` that hold secrets: redacted, dropped across origins. @default the standard ones */
  readonly secretHeaders?: readonly string[];
  /** Lower-case names of fields that would be added by default and are not to be. @default none */
  readonly removedHeaders?: readonly string[];
  /** The User-Agent; `random` picks a browser's for each request. @default "fanfetch/<version>" */
  readonly userAgent?: string;
  readonly limits?: Limits;
  /** Longest from leaving to the last byte of one attempt. @default 30000 */
  readonly timeoutMs?: number;
  /** Longest for name resolution, TCP and TLS together. @default 10000 */
  readonly connectTimeoutMs?: number;
  /** Longest without a byte once the answer has begun. @default 30000 */
  readonly idleTimeoutMs?: number;
  /** Bytes per second, over 30 s, below which an answer is given up. @default 0 */
  readonly minSpeedBytes?: number;
  /** Times a failed request is sent again. @default 4 */
  readonly retries?: number;
  /** Longest wait that a server is given; a longer Retry-After is cut to it. @default 600000 */
  readonly maxRetryAfterMs?: number;
  /** Statuses that are answers. @default 2xx */
  readonly accept?: (status: number) => boolean;
  /** Redirects followed. @default 10 */
  readonly maxRedirects?: number;
  /** Where a server at a public address may redirect: to public addresses alone, or to local ones too. @default "public" */
  readonly redirectsTo?: "public" | "anywhere";
  /** Whether redirects from https to unencrypted http are followed. @default "refused" */
  readonly downgrades?: "refused" | "followed";
  /** Cookies that servers set: forgotten, or kept in memory and sent back to the sites that set them. @default "none" */
  readonly cookies?: "none" | "keep";
  /** Largest decoded body in memory. @default 67108864 */
  readonly maxBodyBytes?: number;
  /** Hosts (`name` or `name:port`) whose TLS certificates are not verified. @default none */
  readonly insecureHosts?: readonly string[];
  /** Proxy for every request: `http://[user:password@]host:port`. @default none */
  readonly proxy?: string | undefined;
  /** Offer HTTP/2 in TLS. @default true */
  readonly http2?: boolean;
}

/** The defaults of every option that has a plain value; `--help` reads them here. */
export const SESSION_DEFAULTS = {
  concurrency: 1_000,
  timeoutMs: 30_000,
  connectTimeoutMs: 10_000,
  idleTimeoutMs: 30_000,
  retries: 4,
  maxRetryAfterMs: 600_000,
  maxRedirects: 10,
  maxBodyBytes: 64 * 1024 * 1024,
} as const;
