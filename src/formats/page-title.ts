import { HtmlTags } from "./html-tags.ts";
import { decodeHtml } from "./html-text.ts";
import { LinkText } from "./link-text.ts";

/** Longest title, in characters. */
const LONGEST_TITLE = 500;

/** The title of an HTML page as its reader sees it; "" where it has none. Never throws. */
export function pageTitle(bytes: Uint8Array, contentType: string | undefined): string {
  const tags = new HtmlTags(decodeHtml(bytes, contentType));
  while (tags.next()) {
    if (tags.kind !== "open" || tags.name !== "title" || tags.isForeign) continue;
    const text = new LinkText();
    text.add(tags.rawText, "encoded");
    return text.toString().slice(0, LONGEST_TITLE);
  }
  return "";
}
