import { createRequest } from "../core/request.ts";
import { type HeaderList, withoutHeaders } from "../core/headers.ts";
import type { Row } from "../core/row.ts";
import { SAFE_ACROSS_ORIGINS } from "../middleware/redirect.ts";
import type { Task } from "../queue/queue.ts";
import { foundOf, FRONTIER_COLUMNS } from "../sources/frontier-line.ts";
import { refuse } from "../sources/request-maker.ts";
import { frontierRows } from "./crawl-store.ts";
import type { WorkSettings } from "./work-settings.ts";
import type { Tasks } from "./work-tasks.ts";

/** The tasks of a crawl's rows, as they come. */
export function crawlTasks(
  settings: WorkSettings,
  batches: AsyncIterable<readonly Row[]>,
  onRows: (rows: readonly Row[]) => void = () => {},
): Tasks {
  const make = taskMaker(settings);
  async function* tasks(): AsyncGenerator<readonly Task[]> {
    for await (const rows of batches) {
      onRows(rows);
      yield rows.map(make);
    }
  }
  return { total: undefined, format: undefined, columns: FRONTIER_COLUMNS, batches: tasks() };
}

/** The tasks of a crawl that was, read from its run. */
export function storedCrawlTasks(settings: WorkSettings, directory: string): Tasks {
  return crawlTasks(settings, frontierRows(directory));
}

/**
 * Makes the request of a row. Only the origins where the crawl begins get the user's own header fields:
 * elsewhere they may be credentials that are nobody's business.
 */
function taskMaker({ request, crawl }: WorkSettings): (row: Row) => Task {
  const { headers, secretHeaders } = request;
  const home = new Set(crawl!.starts.map((start) => new URL(start).origin));
  const abroad: HeaderList = withoutHeaders(headers, (name) => !SAFE_ACROSS_ORIGINS.has(name));
  return (row) => {
    const { url, reach } = foundOf(row);
    try {
      const plain = createRequest({ url, headers, secretHeaders });
      const made = home.has(plain.origin) ? plain : { ...plain, headers: abroad };
      return { row, request: reach === undefined ? made : { ...made, reach } };
    } catch (error) {
      return { row, request: refuse(error, url, row) };
    }
  };
}
