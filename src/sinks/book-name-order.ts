/** One language for all, so that a book is the same on every machine. */
const NAMES = new Intl.Collator("en", { numeric: true });

/**
 * Orders names of chapters as one counts them, `part 2` before `part 10`: for chapters that no page
 * gives an order. Names that are equal but for their letters' case have an order of their own.
 */
export function bookNameOrder(a: string, b: string): number {
  return NAMES.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}
