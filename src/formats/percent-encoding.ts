const UNRESERVED = /^[\w.~-]*$/;
const RESERVED = /^[\w.~:/?#[\]@!$&'()*+,;=-]*$/;

/** A value with everything but unreserved characters percent-encoded (RFC 3986 §2.3); never throws. */
export function encodeUnreserved(value: string): string {
  if (UNRESERVED.test(value)) return value;
  return encodeURIComponent(value.toWellFormed()).replace(/[!'()*]/g, hex);
}

/** A value that keeps reserved characters and percent-encoded triplets (RFC 6570 §3.2.3); never throws. */
export function encodeReserved(value: string): string {
  if (RESERVED.test(value)) return value;
  const pieces = value.toWellFormed().split(/(%[0-9A-Fa-f]{2})/);
  // Odd pieces are the triplets.
  return pieces
    .map((piece, index) =>
      index % 2 === 1 ? piece : encodeURI(piece).replaceAll("%5B", "[").replaceAll("%5D", "]"),
    )
    .join("");
}

function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
