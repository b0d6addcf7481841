/**
 * The candidate that `word` most likely meant, or undefined where none is near: at most a third of
 * its letters (one at least, three at most) inserted, dropped, replaced or swapped with a neighbour
 * (Damerau–Levenshtein, optimal string alignment). Case is ignored, but decides between equals.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const folded = word.toLowerCase();
  let best: string | undefined;
  let bestEdits = Math.min(3, Math.max(1, Math.floor(word.length / 3))) + 1;
  let bestExact = bestEdits;
  for (const candidate of candidates) {
    const edits = distance(folded, candidate.toLowerCase(), bestEdits);
    if (edits > bestEdits || (edits === bestEdits && best === undefined)) continue;
    const exact = distance(word, candidate, word.length + candidate.length);
    if (edits === bestEdits && exact >= bestExact) continue;
    best = candidate;
    bestEdits = edits;
    bestExact = exact;
  }
  return best;
}

/** `; did you mean "x"?` for the end of an error's sentence, or nothing where no candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const found = nearest(word, candidates);
  return found === undefined ? "" : `; did you mean "${found}"?`;
}

/** The same, or where none is near, what there is: `; there is "a", "b"`. */
export function whatThereIs(word: string, candidates: readonly string[]): string {
  const near = didYouMean(word, candidates);
  if (near !== "" || candidates.length === 0) return near;
  const shown = candidates.slice(0, MOST_SHOWN).map((one) => `"${one}"`);
  return `; there is ${shown.join(", ")}${candidates.length > MOST_SHOWN ? ", …" : ""}`;
}

const MOST_SHOWN = 8;

/** Edits between two words, or more than `bound` as soon as that is certain. */
function distance(left: string, right: string, bound: number): number {
  if (Math.abs(left.length - right.length) > bound) return bound + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    let smallest = row;
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let edits = Math.min(
        last[column]! + 1,
        current[column - 1]! + 1,
        last[column - 1]! + (same ? 0 : 1),
      );
      const swapped =
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1];
      if (swapped) edits = Math.min(edits, beforeLast[column - 2]! + 1);
      current.push(edits);
      smallest = Math.min(smallest, edits);
    }
    if (smallest > bound) return bound + 1;
    beforeLast = last;
    last = current;
  }
  return last[right.length]!;
}
