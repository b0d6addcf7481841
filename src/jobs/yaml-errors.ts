import type { YAMLParseError } from "yaml";

const QUOTES = "; a text with such signs is written in quotes";

/** What a person can do about each kind of fault; the predicate of a sentence about the field. */
const SENTENCES: ReadonlyMap<string, string> = new Map([
  ["DUPLICATE_KEY", "is written twice"],
  ["TAB_AS_INDENT", "is indented by a tab; YAML is indented by spaces"],
  ["BLOCK_AS_IMPLICIT_KEY", `has a second ": " in its line${QUOTES}`],
  ["MULTILINE_IMPLICIT_KEY", "has a key that goes over several lines"],
  ["BAD_SCALAR_START", `begins with a sign that YAML keeps for itself${QUOTES}`],
  ["UNEXPECTED_TOKEN", `goes on after its end${QUOTES}`],
  ["MULTIPLE_DOCS", "is followed by a second document after ---; a job file holds one job"],
  ["BAD_INDENT", "is not indented as its neighbours are"],
  ["BAD_DQ_ESCAPE", "has a \\ that means nothing within double quotes; use single quotes"],
  ["BAD_ALIAS", "has an alias without a name; a text that begins with * needs quotes"],
  ["TAG_RESOLVE_FAILED", "has a tag; a text that begins with ! needs quotes"],
  ["BAD_DIRECTIVE", "begins with a line that YAML does not know"],
]);

/** The predicate for a fault of YAML's grammar: what is wrong with the field that it is in. */
export function sentenceOfYamlError(fault: YAMLParseError, text: string): string {
  const unclosed = /end with a ([\]}])|closing (['"])/.exec(fault.message);
  if (unclosed !== null) return `is never closed; ${unclosed[1] ?? unclosed[2]} is missing`;
  if (/closing .*quote/.test(fault.message)) return "has a quote that is never closed";
  if (fault.code === "UNEXPECTED_TOKEN" && /^\s*[{[]/.test(lineFromValue(text, fault.pos[0]))) {
    return "begins with a bracket and goes on after it; write it in quotes";
  }
  if (/without - indicator/.test(fault.message)) return SENTENCES.get("BAD_INDENT")!;
  const known = SENTENCES.get(fault.code);
  return known ?? `is not YAML: ${fault.message.split("\n")[0]!}`;
}

/** What stands after the `: ` of the line that an offset is in. */
function lineFromValue(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const line = text.slice(start, offset);
  const colon = line.indexOf(": ");
  return colon === -1 ? "" : line.slice(colon + 1);
}
