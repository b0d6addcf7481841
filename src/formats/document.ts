import { parseJson } from "./json.ts";

/** A body that is parsed when a selector first asks, and once only. */
export interface Document {
  /** The body as JSON. @throws JsonError each time, where it is none. */
  json(): unknown;
  /** What `parse` makes of the body; the first parser's tree serves all that come after. */
  html<Tree>(parse: (bytes: Uint8Array, contentType: string | undefined) => Tree): Tree;
}

/** A document of a body's bytes and the value of its Content-Type field. */
export function createDocument(bytes: Uint8Array, contentType: string | undefined): Document {
  return new LazyDocument(bytes, contentType);
}

/** A class, since one is made per answer: closures over its state would be four objects more. */
class LazyDocument implements Document {
  readonly #bytes: Uint8Array;
  readonly #contentType: string | undefined;
  #parsed: "not yet" | "json" | "no json" = "not yet";
  /** The value, or why there is none. */
  #json: unknown;
  #tree: { readonly html: unknown } | undefined;

  constructor(bytes: Uint8Array, contentType: string | undefined) {
    this.#bytes = bytes;
    this.#contentType = contentType;
  }

  json(): unknown {
    if (this.#parsed === "not yet") {
      try {
        this.#json = parseJson(this.#bytes);
        this.#parsed = "json";
      } catch (fault) {
        this.#json = fault;
        this.#parsed = "no json";
      }
    }
    if (this.#parsed === "no json") throw this.#json;
    return this.#json;
  }

  html<Tree>(parse: (bytes: Uint8Array, contentType: string | undefined) => Tree): Tree {
    this.#tree ??= { html: parse(this.#bytes, this.#contentType) };
    return this.#tree.html as Tree;
  }
}
