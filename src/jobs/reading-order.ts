/** What a crawl found: a page or a file, by its row. */
export interface FoundRow {
  readonly row: number;
  readonly kind: "page" | "file" | "sitemap";
  readonly url: string;
}

/** A link from one row's page to another row. */
export interface FoundEdge {
  readonly from: number;
  readonly to: number;
  readonly title: string;
  /** Among the links of its page. */
  readonly position: number;
  /** Whether the link led to a file, as the crawl meant it. */
  readonly kind: "page" | "file" | "sitemap";
}

/** A file, or a page, in its place. */
export interface ReadingPlace {
  readonly row: number;
  /** The text of its link; "" where no link has any. */
  readonly title: string;
}

/** How what was found is put in order. */
export interface ReadingOrderOptions {
  /** Natural order of URLs, for what no page links to. */
  readonly compare: (a: string, b: string) => number;
  /** `everything` places the pages too, each before what stands below it. @default "files" */
  readonly places?: "files" | "everything";
}

/**
 * The files of a crawl in the order in which a reader meets them. Pages make a tree: each below the first
 * page that links to it, breadth first from the starts. A file belongs to the page that links to it among
 * most files: to the contents rather than to what is said to be new. Then everything comes in the order
 * of the links on its page, depth first. Files that no page links to come last, in natural order of
 * their URLs by `compare`. Depends on what was found alone, not on when it came.
 */
export function readingOrder(
  rows: ReadonlyMap<number, FoundRow>,
  edges: readonly FoundEdge[],
  { compare, places: placed = "files" }: ReadingOrderOptions,
): ReadingPlace[] {
  const links = linksByPage(rows, edges);
  const home = homesOf(rows, links);
  const titles = titlesOf(edges, home);
  const places: ReadingPlace[] = [];
  const done = new Set<number>();
  const place = (row: number): void => {
    done.add(row);
    places.push({ row, title: titles.get(row) ?? "" });
  };

  // By a stack of its own: chains of pages are longer than a recursion may be deep.
  const open = [{ below: links.get(0) ?? [], next: 0, page: 0 }];
  while (open.length > 0) {
    const top = open.at(-1)!;
    const edge = top.below[top.next];
    top.next += 1;
    if (edge === undefined) open.pop();
    else if (home.get(edge.to) !== top.page || done.has(edge.to)) continue;
    else if (rows.get(edge.to)!.kind === "file") place(edge.to);
    else {
      if (placed === "everything") place(edge.to);
      done.add(edge.to);
      open.push({ below: links.get(edge.to) ?? [], next: 0, page: edge.to });
    }
  }
  const isPlaced = ({ row, kind }: FoundRow): boolean =>
    !done.has(row) && (placed === "everything" || kind === "file");
  const rest = [...rows.values()].filter(isPlaced);
  rest.sort((one, other) => compare(one.url, other.url));
  for (const { row } of rest) place(row);
  return places;
}

/** The links of each page in its order; 0 stands for what the starts are below. */
function linksByPage(
  rows: ReadonlyMap<number, FoundRow>,
  edges: readonly FoundEdge[],
): Map<number, FoundEdge[]> {
  const links = new Map<number, FoundEdge[]>();
  for (const edge of edges) {
    if (!rows.has(edge.to)) continue;
    const own = links.get(edge.from);
    if (own === undefined) links.set(edge.from, [edge]);
    else own.push(edge);
  }
  for (const own of links.values()) own.sort((one, other) => one.position - other.position);
  return links;
}

/** The page under which each row stands. */
function homesOf(
  rows: ReadonlyMap<number, FoundRow>,
  links: ReadonlyMap<number, readonly FoundEdge[]>,
): Map<number, number> {
  const home = new Map<number, number>();
  /** How many files the page of a file links to. */
  const files = new Map<number, number>();
  const queue = [0];
  for (let at = 0; at < queue.length; at += 1) {
    const page = queue[at]!;
    const below = links.get(page) ?? [];
    const isFile = ({ to }: FoundEdge): boolean => rows.get(to)!.kind === "file";
    const count = new Set(below.filter(isFile).map(({ to }) => to)).size;
    for (const edge of below) {
      const { to } = edge;
      if (isFile(edge)) {
        if (count <= (files.get(to) ?? 0)) continue;
        files.set(to, count);
        home.set(to, page);
      } else if (!home.has(to) && to !== 0) {
        home.set(to, page);
        queue.push(to);
      }
    }
  }
  return home;
}

/** The first text that a link from its own page has, or else any link. */
function titlesOf(
  edges: readonly FoundEdge[],
  home: ReadonlyMap<number, number>,
): Map<number, string> {
  const titles = new Map<number, string>();
  const sorted = edges.toSorted((a, b) => a.from - b.from || a.position - b.position);
  for (const isOwn of [true, false]) {
    for (const { from, to, title } of sorted) {
      if (title === "" || titles.has(to) || (home.get(to) === from) !== isOwn) continue;
      titles.set(to, title);
    }
  }
  return titles;
}
