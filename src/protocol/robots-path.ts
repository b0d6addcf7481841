/**
 * A path and query in the one spelling in which paths and rules of robots.txt are compared (RFC 9309
 * §2.2.2): bytes outside of ASCII percent-encoded, unreserved characters not, triplets in capitals; in
 * a query, `:` and `/` are never encoded. In a URL's path `*` and `$` are characters and come encoded;
 * in a rule they mean something and stay.
 */
export function comparablePath(path: string, kind: "url" | "rule"): string {
  const special = kind === "url" ? /[^!-~]|[%*$]/ : /[^!-~]|%/;
  if (!special.test(path)) return path;
  const query = path.indexOf("?");
  if (query === -1) return spelled(path, kind, KEPT_IN_PATH);
  return (
    spelled(path.slice(0, query), kind, KEPT_IN_PATH) +
    spelled(path.slice(query), kind, KEPT_IN_QUERY)
  );
}

/** Characters whose triplets mean the same as they do: the unreserved ones of RFC 3986 §2.3. */
const KEPT_IN_PATH = /[\w.~-]/;
const KEPT_IN_QUERY = /[\w.~:/-]/;

const PIECES = /%[0-9A-Fa-f]{2}|[^!-~]+|[*$]/g;

function spelled(text: string, kind: "url" | "rule", kept: RegExp): string {
  return text.replace(PIECES, (piece) => {
    if (piece === "*" || piece === "$") return kind === "url" ? encodedAscii(piece) : piece;
    // A triplet is three characters and begins with %; all else that is found here is not ASCII.
    if (piece.startsWith("%")) {
      const character = String.fromCharCode(Number.parseInt(piece.slice(1), 16));
      return kept.test(character) ? character : piece.toUpperCase();
    }
    return encodeURIComponent(piece.toWellFormed());
  });
}

function encodedAscii(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
