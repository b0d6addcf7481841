import type { Row } from "../core/row.ts";

/** What a crawl does with what it finds: a page is searched for links, a file is only fetched. */
export type FoundKind = "page" | "file" | "sitemap";

/** Something to be asked for, and where it was found. */
export interface FoundLink {
  /** Canonical. */
  readonly url: string;
  readonly kind: FoundKind;
  /** Links away from a start. */
  readonly depth: number;
  /** The text of the link. */
  readonly title: string;
  /** Among the links of its page, from 1. */
  readonly position: number;
  /** Set where a page at a public address links to another origin: it may connect to public addresses alone. */
  readonly reach?: "public" | undefined;
}

/** A line of a frontier's file. */
export type FrontierLine =
  /** A row of the crawl, found on the page of row `from`; 0 for a start. */
  | (FoundLink & { readonly line: "row"; readonly from: number })
  /** One more link to what was found before. */
  | (Omit<FoundLink, "depth" | "reach"> & { readonly line: "again"; readonly from: number })
  /** Another URL under which row `from` was answered. */
  | { readonly line: "alias"; readonly url: string; readonly from: number }
  /** The title of the page of row `from`. */
  | { readonly line: "title"; readonly from: number; readonly title: string };

/** The columns of a crawl's rows. */
export const FRONTIER_COLUMNS: readonly string[] = Object.freeze(
  "url depth kind title from position reach".split(" "),
);

/** A line as it stands in the file, its end included. */
export function frontierLine(line: FrontierLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Reads a line without its end. @throws SyntaxError for what is none */
export function parseFrontierLine(text: string): FrontierLine {
  return JSON.parse(text) as FrontierLine;
}

/** The row of a line. */
export function rowOfLine(line: FoundLink & { readonly from: number }, number: number): Row {
  const { url, depth, kind, title, from, position, reach } = line;
  return {
    number,
    line: number,
    columns: FRONTIER_COLUMNS,
    values: [url, depth, kind, title, from, position, reach],
  };
}

/** What a row of a crawl says. */
export function foundOf({ values }: Row): FoundLink & { readonly from: number } {
  const [url, depth, kind, title, from, position, reach] = values as [
    string,
    number,
    FoundKind,
    string,
    number,
    number,
    "public" | undefined,
  ];
  return { url, depth, kind, title, from, position, reach };
}

/** Whole lines of pieces of a file, in their order; what has no end yet waits for it. */
export class LineSplitter {
  #rest = Buffer.alloc(0);

  /** The lines that end within this piece. */
  take(piece: Buffer): readonly string[] {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const end = bytes.lastIndexOf(0x0a) + 1;
    this.#rest = Buffer.from(bytes.subarray(end));
    if (end === 0) return [];
    return bytes.toString("utf8", 0, end - 1).split("\n");
  }
}
