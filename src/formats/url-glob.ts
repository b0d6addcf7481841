import { UsageError } from "../core/usage-error.ts";

/** Whether a URL, in its canonical form, is one that a pattern means. */
export type MatchUrl = (url: URL) => boolean;

/** More than a person writes. */
const LONGEST_GLOB = 1_000;

/**
 * Compiles a pattern for URLs: `*` stands for any characters but `/`, `**` for any at all; everything else
 * is itself, `?` too. A pattern with `://` is compared with the whole URL, one that begins with `/` with the
 * path; any other with the path's end from some `/` on (`*.pdf`, `docs/*.html`). A `/` at its end
 * means all below. Text beyond ASCII may be written as it is. A pattern with a `?` is compared with the query too. There are no regular expressions,
 * since some of them take years on a text that a server chose; here a comparison takes at most the
 * pattern's length times the URL's.
 * @throws UsageError for an empty pattern and one of more than 1,000 characters.
 */
export function compileUrlGlob(pattern: string): MatchUrl {
  if (pattern.trim() === "") throw new UsageError("a pattern for URLs is empty");
  if (pattern.length > LONGEST_GLOB) {
    throw new UsageError(`a pattern for URLs is longer than ${LONGEST_GLOB} characters`);
  }
  const encoded = pattern.replace(/[^!-~]+/g, (text) => encodeURIComponent(text.toWellFormed()));
  const whole = encoded.endsWith("/") ? `${encoded}**` : encoded;
  const hasQuery = pattern.includes("?");
  const target = ({ pathname, search }: URL): string => pathname + (hasQuery ? search : "");
  if (pattern.includes("://")) {
    const matches = compileGlob(whole);
    return (url) => matches(url.origin + target(url));
  }
  const matches = compileGlob(whole.startsWith("/") ? whole : `**/${whole}`);
  return (url) => matches(target(url));
}

/** Matches a whole text: every step of the pattern is kept in step with every character, and none twice. */
function compileGlob(glob: string): (text: string) => boolean {
  const steps = glob.split(/(\*+)/).flatMap((part, index) =>
    // Odd parts are the wildcards.
    index % 2 === 1 ? [part === "*" ? SEGMENT : ANYTHING] : part.split(""),
  );
  // What must stand at the beginning sorts out most texts at once.
  const literal = steps.findIndex((step) => step === SEGMENT || step === ANYTHING);
  const beginning = literal === -1 ? glob : steps.slice(0, literal).join("");
  if (literal === -1) return (text) => text === glob;
  return (text) => text.startsWith(beginning) && runs(steps, literal, text);
}

const SEGMENT = "*";
const ANYTHING = "**";

/** Thompson's simulation: `reached` holds the steps before which the text up to here may stand. */
function runs(steps: readonly string[], literal: number, text: string): boolean {
  let reached = new Uint8Array(steps.length + 1);
  let next = new Uint8Array(steps.length + 1);
  enter(steps, reached, literal);
  for (let at = literal; at < text.length; at += 1) {
    const character = text[at]!;
    next.fill(0);
    let isAlive = false;
    for (let step = literal; step < steps.length; step += 1) {
      if (reached[step] === 0) continue;
      const wanted = steps[step]!;
      if (wanted === ANYTHING || (wanted === SEGMENT && character !== "/")) next[step] = 1;
      else if (wanted === character) enter(steps, next, step + 1);
      else continue;
      isAlive = true;
    }
    // Beware: a step that stays at its wildcard may go on from there too.
    for (let step = literal; step < steps.length; step += 1) {
      if (next[step] === 1 && isWildcard(steps[step]!)) enter(steps, next, step + 1);
    }
    if (!isAlive) return false;
    [reached, next] = [next, reached];
  }
  return reached[steps.length] === 1;
}

/** Marks a step as reached, and those behind it that it may leave out. */
function enter(steps: readonly string[], reached: Uint8Array, from: number): void {
  let step = from;
  while (reached[step] === 0) {
    reached[step] = 1;
    if (step === steps.length || !isWildcard(steps[step]!)) return;
    step += 1;
  }
}

function isWildcard(step: string): boolean {
  return step === SEGMENT || step === ANYTHING;
}
