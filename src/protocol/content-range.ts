/** What a Content-Range field says of bytes. */
export type ContentRange =
  | {
      readonly kind: "range";
      /** First and last byte of what comes, from 0, both included. */
      readonly first: number;
      readonly last: number;
      /** Bytes of the whole, where the server knows. */
      readonly total: number | undefined;
    }
  /** Of a 416: no such range, the whole has so many bytes. */
  | { readonly kind: "unsatisfied"; readonly total: number };

const RANGE = /^bytes[ \t]+(\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i;
const UNSATISFIED = /^bytes[ \t]+\*\/(\d{1,15})$/i;

/**
 * Reads a Content-Range field (RFC 9110 §14.4). Undefined for another unit, for what is malformed, and
 * for a range that contradicts itself: it is then no range to rely on.
 */
export function parseContentRange(value: string | undefined): ContentRange | undefined {
  const text = value?.trim() ?? "";
  const range = RANGE.exec(text);
  if (range !== null) {
    const first = Number(range[1]);
    const last = Number(range[2]);
    const total = range[3] === "*" ? undefined : Number(range[3]);
    if (last < first || (total !== undefined && last >= total)) return undefined;
    return { kind: "range", first, last, total };
  }
  const unsatisfied = UNSATISFIED.exec(text);
  return unsatisfied === null ? undefined : { kind: "unsatisfied", total: Number(unsatisfied[1]) };
}
