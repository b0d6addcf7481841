import { hashOf } from "../../src/rehearsal/random.ts";

/** Characters that a table has to quote. */
const AWKWARD = ['a, b "c"', "line\nbreak", "Zoë 🦊", "semi;colon\ttab", " spaces "];
/** A body of this size is spooled to a file. */
const LARGE_BYTES = 1_200_000;

/** What the oracle answers to a name, always the same. */
export interface Answer {
  readonly name: string;
  readonly gender: string;
  /** Text that no table can hold without care. */
  readonly said: string;
  readonly padding?: string;
}

/** The answer to a name: what a row of the output has to hold. */
export function answerTo(name: string): Answer {
  const hash = hashOf(name, 1);
  return {
    name,
    gender: hash % 2 === 0 ? "female" : "male",
    said: `${hash.toString(36)} ${AWKWARD[hash % 50] ?? "plainly"}`,
  };
}

/** The bytes of the answer to a name where it is saved to a file: small, some larger, few very large. */
export function fileFor(name: string): string {
  const hash = hashOf(name, 2);
  const bytes = hash % 197 === 0 ? LARGE_BYTES : hash % 29 === 0 ? hash % 200_000 : hash % 2_000;
  return JSON.stringify({ ...answerTo(name), padding: "x".repeat(bytes) });
}

/** The bytes of the answer to a name as a record has it. */
export function recordFor(name: string): string {
  return JSON.stringify(answerTo(name));
}

/** The names of a list: some of them have to be quoted, every `repeat`-th is an earlier one again. */
export function namesOf(rows: number, repeat = Number.POSITIVE_INFINITY): readonly string[] {
  const names: string[] = [];
  for (let row = 1; row <= rows; row += 1) {
    const again = row % repeat === 0;
    const number = again ? Math.ceil(row / (2 * repeat)) : row;
    names.push(number % 11 === 0 ? `Ann "${number}", Zoë` : `n${number}`);
  }
  return names;
}
