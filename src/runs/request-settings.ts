import type { HeaderList } from "../core/headers.ts";

/** A body: `json` takes templates in its string values, `form` percent-encodes what it is given. */
export interface BodySettings {
  readonly kind: "json" | "form" | "text" | "bytes";
  readonly content: string | Uint8Array;
}

/** What every request has in common. For `map` its texts are templates, for `get` they stand as they are. */
export interface RequestSettings {
  readonly method: string;
  readonly headers: HeaderList;
  /** Lower-case names of fields that are not to be sent, our own defaults included. */
  readonly removedHeaders: readonly string[];
  /** Lower-case names of `headers` that hold a secret. */
  readonly secretHeaders: readonly string[];
  readonly body: BodySettings | undefined;
  /** Equal requests are asked once where asking has no effect (RFC 9110 §9.2.1; QUERY: RFC 10008). */
  readonly duplicates: "asked once" | "each asked";
}
