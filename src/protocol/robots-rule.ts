import { comparablePath } from "./robots-path.ts";

/** One line of robots.txt that allows or forbids paths. */
export interface RobotsRule {
  readonly verb: "allow" | "disallow";
  /** Bytes of the pattern in its compared spelling: of the rules that match, the longest one counts. */
  readonly bytes: number;
  /** Whether it matches a path and query, spelled by `comparablePath`. */
  readonly matches: (path: string) => boolean;
}

/**
 * A rule of its pattern (RFC 9309 §2.2.3): the beginning of a path, where `*` stands for any characters
 * and a `$` at the end for the path's end. Undefined for the empty pattern, which matches nothing.
 * Matching takes time linear in the path for each `*`, never more.
 */
export function createRobotsRule(
  verb: RobotsRule["verb"],
  pattern: string,
): RobotsRule | undefined {
  if (pattern === "") return undefined;
  const spelled = comparablePath(pattern, "rule");
  const bytes = spelled.length;
  const isAnchored = spelled.endsWith("$");
  const text = (isAnchored ? spelled.slice(0, -1) : spelled).replaceAll("$", "%24");
  if (!text.includes("*")) {
    const matches = isAnchored
      ? (path: string) => path === text
      : (path: string) => path.startsWith(text);
    return { verb, bytes, matches };
  }
  const [first, ...rest] = text.split(/\*+/) as [string, ...string[]];
  const last = isAnchored ? rest.pop()! : "";
  const middle = rest.filter((piece) => piece !== "");
  return { verb, bytes, matches: (path) => matchesPieces(path, { first, middle, last }) };
}

/** What stands between the wildcards of a pattern. */
interface Pieces {
  readonly first: string;
  readonly middle: readonly string[];
  readonly last: string;
}

/** Finding each piece at its earliest place is enough: no choice has ever to be taken back. */
function matchesPieces(path: string, { first, middle, last }: Pieces): boolean {
  if (!path.startsWith(first)) return false;
  let position = first.length;
  for (const piece of middle) {
    const found = path.indexOf(piece, position);
    if (found === -1) return false;
    position = found + piece.length;
  }
  return path.length - last.length >= position && path.endsWith(last);
}
