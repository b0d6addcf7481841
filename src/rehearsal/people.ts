import { hashOf, oneOf } from "./random.ts";

/** A made-up person. */
export interface Person {
  readonly id: number;
  readonly first: string;
  readonly last: string;
}

const STARTS = ["Al", "Be", "Ca", "Da", "El", "Fa", "Gi", "Ha", "Is", "Jo", "Ka", "Lu", "Ma", "No"];
const MIDDLES = ["bri", "do", "la", "mi", "na", "ri", "so", "ta", "ve", "zu"];
const ENDS = ["ck", "dor", "l", "n", "nov", "rd", "s", "ster", "th", "x"];
/** Names that break careless file names and columns. */
const AWKWARD: readonly (readonly [string, string])[] = [
  ["Zoë", "Ångström"],
  ["José", "Núñez Jr."],
  ["D'Arcy", "O'Neil"],
  ["Jean-Luc", "Šarić"],
  ["J.R.", "de la Cruz III"],
  ["Nenê", "Højgård"],
];

let made:
  | { readonly count: number; readonly seed: number; readonly people: readonly Person[] }
  | undefined;

/**
 * `count` people, always the same for a seed; some with accents, and now and then two of one name. The last
 * ones are remembered: a server is asked about each of them.
 */
export function peopleOf(count: number, seed: number): readonly Person[] {
  if (made?.count !== count || made.seed !== seed) {
    made = { count, seed, people: makePeople(count, seed) };
  }
  return made.people;
}

function makePeople(count: number, seed: number): readonly Person[] {
  const people: Person[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = 76_001 + index * 37;
    const awkward = index % 29 === 7 ? AWKWARD[Math.floor(index / 29)] : undefined;
    const twin = index % 83 === 82 ? people[index - 40] : undefined;
    const [first, last] =
      awkward ?? (twin === undefined ? madeUp(index, seed) : [twin.first, twin.last]);
    people.push({ id, first, last });
  }
  return people;
}

function madeUp(index: number, seed: number): readonly [string, string] {
  const part = (list: readonly string[], role: string): string =>
    oneOf(list, hashOf(`${role} ${index}`, seed));
  return [
    part(STARTS, "a") + part(MIDDLES, "b") + part(ENDS, "c"),
    part(STARTS, "d") + part(MIDDLES, "e") + part(MIDDLES, "f") + part(ENDS, "g"),
  ];
}
