/** What the first bytes of a file show it to be; "unknown" where they show nothing that is listed here. */
export type FileKind =
  | ("pdf" | "zip" | "gzip" | "png" | "jpeg" | "gif" | "webp")
  | ("html" | "xml" | "json" | "empty" | "unknown");

/** As many first bytes as are looked at. */
export const SIGNATURE_BYTES = 1_024;

/** Bytes at the beginning, each kind's own, one character per byte. */
const BEGINNINGS: readonly (readonly [kind: FileKind, bytes: string])[] = [
  ["pdf", "%PDF-"],
  ["zip", "PK\x03\x04"],
  ["zip", "PK\x05\x06"],
  ["zip", "PK\x07\x08"],
  ["gzip", "\x1f\x8b\x08"],
  ["png", "\x89PNG\r\n\x1a\n"],
  ["jpeg", "\xff\xd8\xff"],
  ["gif", "GIF87a"],
  ["gif", "GIF89a"],
];

/** What pages begin with (WHATWG MIME Sniffing §7.1). */
const PAGE =
  /^<(?:!doctype\s+html[\s>]|!doctype>|(?:html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|meta|link|base|center|frameset)[\s/>])/i;
const PROLOG = /^<\?xml[\s?][^>]*>/i;
const ELEMENT = /^<(?:!doctype\s|[a-z_][\w.-]*(?::[a-z_][\w.-]*)?[\s/>])/i;
const JSON_TEXT = /^(?:\{\s*(?:["}]|$)|\[\s*(?:["[\]{\d-]|true|false|null|$))/;

/**
 * What bytes really are, whatever their name or Content-Type says: told from the first kilobyte, as a
 * browser sniffs (WHATWG MIME Sniffing). A PDF may stand behind some bytes of rubbish, as its readers allow,
 * but not behind a page. XML that holds a page is HTML. Never throws.
 */
export function fileKindOf(bytes: Uint8Array): FileKind {
  if (bytes.length === 0) return "empty";
  const start = Buffer.from(bytes.subarray(0, SIGNATURE_BYTES)).toString("latin1");
  for (const [kind, signature] of BEGINNINGS) if (start.startsWith(signature)) return kind;
  if (start.startsWith("RIFF") && start.startsWith("WEBP", 8)) return "webp";
  const text = textOf(start).trimStart();
  const prolog = PROLOG.exec(text)?.[0] ?? "";
  const content = behindComments(text.slice(prolog.length));
  if (PAGE.test(content)) return "html";
  if (/%PDF-\d\.\d/.test(start)) return "pdf";
  if (prolog !== "" || ELEMENT.test(content)) return "xml";
  // A page may begin with a comment as long as all that is looked at.
  if (content.startsWith("<!--")) return "html";
  return JSON_TEXT.test(text) ? "json" : "unknown";
}

/** The text without its byte order mark; of UTF-16, the characters that signatures are made of. */
function textOf(start: string): string {
  if (start.startsWith("\xef\xbb\xbf")) return start.slice(3);
  const isWide = start.startsWith("\xff\xfe") || start.startsWith("\xfe\xff");
  return isWide ? start.slice(2).replaceAll("\0", "") : start;
}

function behindComments(text: string): string {
  let rest = text.trimStart();
  while (rest.startsWith("<!--")) {
    const end = rest.indexOf("-->", 4);
    if (end === -1) return rest;
    rest = rest.slice(end + 3).trimStart();
  }
  return rest;
}
