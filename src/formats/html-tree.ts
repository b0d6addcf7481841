import { decodeBuffer } from "encoding-sniffer";
import type { Document as HtmlTree } from "domhandler";
import { parse } from "parse5";
import { adapter } from "parse5-htmlparser2-tree-adapter";

/**
 * The tree of an HTML page, as a browser without scripts builds it: the encoding from the byte order
 * mark, the Content-Type field, or what the page says of itself (WHATWG Encoding and HTML §13.2.3).
 * Malformed pages have trees too: this never throws.
 */
export function parseHtml(bytes: Uint8Array, contentType: string | undefined): HtmlTree {
  const label = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? "")?.[1];
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const options = label === undefined ? {} : { transportLayerEncodingLabel: label };
  return parse(decodeBuffer(buffer, options), { treeAdapter: adapter });
}
