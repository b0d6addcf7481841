import { fieldText } from "./field-text.ts";
import { readParameters } from "./link-parameters.ts";

/** One link of a Link field: where to, as what, and what else is said of it. */
export interface Link {
  /** Absolute http or https URL. */
  readonly url: string;
  /** One relation type, lower case: `next`. */
  readonly rel: string;
  /** The absolute URL that the link is about, where that is not the answer itself. */
  readonly anchor: string | undefined;
  /** Every other parameter, lower-case names, first of each; `title*` and its like are decoded. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** More links in one field than any honest server sends. */
const MOST_LINKS = 1000;

/**
 * The links of a Link field (RFC 8288, Appendix B.2), one for each relation type, in order. Never
 * throws: what is malformed, has no relation type, or leads to anything but http and https is left
 * out, and so is all after the 1,000th. Time is linear in the field's length.
 *
 * Ours rather than http-link-header's, which throws on malformed fields, takes `<a>; x, <b>; rel=next`
 * for one link, and keeps parameters in an object with a prototype.
 */
export function parseLinks(value: string | undefined, baseUrl: string): Link[] {
  const links: Link[] = [];
  if (value === undefined) return links;
  let position = 0;
  while (position < value.length && links.length < MOST_LINKS) {
    const open = skipSeparators(value, position);
    if (value[open] !== "<") break;
    const close = value.indexOf(">", open);
    if (close === -1) break;
    const read = readParameters(value, close + 1);
    position = read.end;
    addLinks(links, {
      target: fieldText(value.slice(open + 1, close)),
      parameters: read.parameters,
      baseUrl,
    });
  }
  return links;
}

interface ReadLink {
  readonly target: string;
  readonly parameters: Map<string, string>;
  readonly baseUrl: string;
}

function addLinks(links: Link[], { target, parameters, baseUrl }: ReadLink): void {
  const url = resolve(target, baseUrl);
  const relations = parameters.get("rel");
  const about = parameters.get("anchor");
  const anchor = about === undefined ? undefined : resolve(about, baseUrl);
  if (url === undefined || relations === undefined) return;
  // A link about something that cannot be named is not about this answer either.
  if (about !== undefined && anchor === undefined) return;
  parameters.delete("rel");
  parameters.delete("anchor");
  for (const rel of relations.toLowerCase().split(/[ \t]+/)) {
    if (links.length === MOST_LINKS) return;
    if (rel !== "") links.push({ url, rel, anchor, parameters });
  }
}

function resolve(reference: string, baseUrl: string): string | undefined {
  const url = URL.parse(reference, baseUrl);
  return url?.protocol === "http:" || url?.protocol === "https:" ? url.href : undefined;
}

function skipSeparators(value: string, from: number): number {
  let position = from;
  while (" \t,".includes(value[position] ?? "x")) position += 1;
  return position;
}
