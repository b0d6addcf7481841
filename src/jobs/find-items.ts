/** Names under which APIs keep the list of a page, the surest first. */
const USUAL = [
  "data",
  "items",
  "results",
  "records",
  "rows",
  "value",
  "values",
  "entries",
  "hits",
  "issues",
  "objects",
  "members",
  "elements",
  "content",
  "list",
  "docs",
];

/** Objects looked into: a hostile answer may be one object of a million. */
const MOST_MEMBERS = 200;

/** A list within an answer and where it stands. */
export interface FoundItems {
  readonly path: readonly string[];
  readonly items: readonly unknown[];
}

/**
 * The list that a page is about: the answer itself, a member with a usual name, or else the longest
 * list of objects, at most three members deep. Undefined where there is no list.
 */
export function findItems(json: unknown): FoundItems | undefined {
  if (Array.isArray(json)) return { path: [], items: json };
  let best: FoundItems | undefined;
  let bestScore = -1;
  const look = (value: unknown, path: readonly string[]): void => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return;
    for (const [name, member] of Object.entries(value).slice(0, MOST_MEMBERS)) {
      const place = [...path, name];
      if (!Array.isArray(member)) {
        if (place.length < 3) look(member, place);
        continue;
      }
      const score = scoreOf(name, member, place.length);
      if (score > bestScore) {
        best = { path: place, items: member };
        bestScore = score;
      }
    }
  };
  look(json, []);
  return best;
}

function scoreOf(name: string, list: readonly unknown[], depth: number): number {
  const usual = USUAL.indexOf(name) === -1 ? 0 : 1_000;
  const objects = list.length > 0 && typeof list[0] === "object" ? 500 : 0;
  // `links` says where to go, not what there is.
  const isAbout = name === "links" || name === "errors" || name === "warnings";
  return (isAbout ? -900 : 0) + usual + objects + Math.min(list.length, 400) - depth * 10;
}
