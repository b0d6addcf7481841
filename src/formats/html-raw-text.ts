import { endsName } from "./html-attributes.ts";

/** Elements whose content is text, whatever it looks like, for a reader without scripts (HTML §13.2.5). */
const RAW_TEXT = new Set([
  ...["script", "style", "textarea", "title", "iframe", "noframes", "noembed", "xmp", "plaintext"],
]);

/** What begins and ends the levels of a script (HTML §13.2.5.15 to §13.2.5.31). */
const SCRIPT_MARK = /<!--|-->|<\/?script(?=[\t\n\f\r />])/gi;

/**
 * Where the raw text of an element ends that begins at `from`: at its closing tag, or at the text's end
 * where there is none; `from` itself for elements that hold tags.
 */
export function endOfRawText(html: string, from: number, name: string): number {
  if (!RAW_TEXT.has(name)) return from;
  if (name === "plaintext") return html.length;
  if (name === "script") return endOfScript(html, from);
  for (let open = html.indexOf("</", from); open !== -1; open = html.indexOf("</", open + 2)) {
    const end = open + 2 + name.length;
    if (end < html.length && html.slice(open + 2, end).toLowerCase() === name) {
      if (endsName(html.charCodeAt(end))) return open;
    }
  }
  return html.length;
}

/** In a script, a `<script` within a `<!--` has a closing tag of its own. */
function endOfScript(html: string, from: number): number {
  let level: "script" | "comment" | "script in comment" = "script";
  SCRIPT_MARK.lastIndex = from;
  for (let mark = SCRIPT_MARK.exec(html); mark !== null; mark = SCRIPT_MARK.exec(html)) {
    const [text] = mark;
    if (text === "-->") level = "script";
    else if (text === "<!--") {
      if (level === "script") level = "comment";
      // Its dashes may be those of its end: `<!-->`.
      SCRIPT_MARK.lastIndex -= 2;
    } else if (text[1] === "/") {
      if (level !== "script in comment") return mark.index;
      level = "comment";
    } else if (level === "comment") level = "script in comment";
  }
  return html.length;
}
