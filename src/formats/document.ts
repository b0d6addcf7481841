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
  let value: { readonly json: unknown } | undefined;
  let error: unknown;
  let tree: { readonly html: unknown } | undefined;
  return {
    json() {
      if (value !== undefined) return value.json;
      if (error !== undefined) throw error;
      try {
        value = { json: parseJson(bytes) };
      } catch (fault) {
        error = fault;
        throw fault;
      }
      return value.json;
    },
    html(parse) {
      tree ??= { html: parse(bytes, contentType) };
      return tree.html as ReturnType<typeof parse>;
    },
  };
}
