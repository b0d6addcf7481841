import type { ResponseHeaders } from "./headers.ts";
import type { BodyFile } from "./response.ts";

/** What names an answer as it is, for a server to tell whether it has changed (RFC 9110 §8.8). */
export interface Validators {
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

/** What an earlier run was answered to a question that is asked again. */
export interface EarlierAnswer {
  /** The URL that answered: the request's own, or the last redirect's. */
  readonly url: string;
  readonly status: number;
  /** As far as they were kept. */
  readonly headers: ResponseHeaders;
  /** One of them at least. */
  readonly validators: Validators;
  /** The whole body, checked; undefined where it is not what it was. A file stays where it is. */
  readonly body: () => Promise<Uint8Array | BodyFile | undefined>;
}
