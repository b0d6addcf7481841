import type { FoundEdge, FoundRow } from "../jobs/reading-order.ts";
import type { FrontierLine } from "../sources/frontier-line.ts";

/** What a crawl has found and how it hangs together. */
export interface CrawlGraph {
  /** By their number. */
  readonly rows: ReadonlyMap<number, FoundRow>;
  readonly edges: readonly FoundEdge[];
  /** Of the first page; "" where it has none. */
  readonly title: string;
}

/** Reads the graph of a crawl from the lines of its frontier. */
export async function crawlGraph(
  batches: AsyncIterable<readonly FrontierLine[]> | Iterable<readonly FrontierLine[]>,
): Promise<CrawlGraph> {
  const rows = new Map<number, FoundRow>();
  const byUrl = new Map<string, number>();
  const found: (Omit<FoundEdge, "to"> & { readonly url: string })[] = [];
  let title = "";
  for await (const lines of batches) {
    for (const line of lines) {
      if (line.line === "title") title = line.title;
      else if (line.line === "alias") byUrl.set(line.url, line.from);
      else {
        const { url, from, kind, position } = line;
        if (line.line === "row") {
          const row = rows.size + 1;
          rows.set(row, { row, kind, url });
          byUrl.set(url, row);
        }
        found.push({ url, from, title: line.title, position, kind });
      }
    }
  }
  const edges = found.flatMap(({ url, ...edge }) => {
    const to = byUrl.get(url);
    return to === undefined ? [] : [{ ...edge, to }];
  });
  return { rows, edges, title };
}
