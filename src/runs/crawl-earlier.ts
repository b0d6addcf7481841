import type { Call } from "../core/call.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Send } from "../core/send.ts";
import { type ComparedRun, compareRuns } from "../report/run-changes.ts";
import { savingOf } from "./crawl-saving.ts";
import { storedCrawlTasks } from "./crawl-tasks.ts";
import { type EarlierRun, openEarlierRun } from "./earlier-run.ts";
import { openOwnFiles, type OwnFiles } from "./own-files.ts";
import { tellChanges, type WorkChanges } from "./tell-changes.ts";
import type { WorkSettings } from "./work-settings.ts";
import type { WorkRun } from "./work-run.ts";

/** The crawl before this one, or that there was none. */
export interface EarlierCrawl extends Disposable {
  /** Asks what it was answered on condition that it has changed. */
  around(send: Send): Send;
  /** Whether a file at this path below the root is a crawl's own. */
  readonly isOwn: OwnFiles["has"] | undefined;
  /**
   * Tells what has changed, once this crawl has ended; undefined for a step, whose job tells it.
   * @throws what reading the two throws, DiskError
   */
  tell(say: (line: string) => void): Promise<WorkChanges | undefined>;
}

/** How an earlier crawl is read. */
export interface EarlierCrawlOptions {
  readonly durable: WorkRun;
  readonly largestInMemoryBytes: () => number;
}

/** Opens the crawl that this one asks after; undefined where nobody wants to know. @throws UsageError */
export async function openEarlierCrawl(
  settings: WorkSettings,
  options: EarlierCrawlOptions,
): Promise<EarlierCrawl | undefined> {
  const { since, journal } = options.durable;
  const { directory } = journal.run;
  const run = (of: string): ComparedRun => ({
    directory: of,
    openBatches: async () => storedCrawlTasks(settings, of).batches,
  });
  const tell: EarlierCrawl["tell"] = async (say) => {
    if (settings.command === "run") return undefined;
    const before = since === undefined ? undefined : run(since);
    using changes = await compareRuns([{ before, after: run(directory) }]);
    return await tellChanges(changes, { wanted: settings.changes, say });
  };
  if (since === undefined) {
    if (settings.changes === undefined) return undefined;
    return { around: (send) => send, isOwn: undefined, tell, [Symbol.dispose]: () => {} };
  }
  using opened = new DisposableStack();
  const earlier = opened.use(await openRun(since, settings, options));
  const own = opened.use(openOwnFiles(since, earlier.paths()));
  const held = opened.move();

  function asked(send: Send, request: HttpRequest, call: Call): Promise<HttpResponse> {
    const known = earlier.find(request);
    if (known?.validators !== undefined) {
      call.earlier = { ...known, validators: known.validators };
    }
    return send(request, call);
  }

  return {
    around: (send) => (request, call) => asked(send, request, call),
    isOwn: (path) => own.has(path),
    async tell(say) {
      using now = await openRun(directory, settings, options);
      own.leave(directory, now.paths());
      return await tell(say);
    },
    [Symbol.dispose]: () => held.dispose(),
  };
}

function openRun(
  directory: string,
  settings: WorkSettings,
  { largestInMemoryBytes }: EarlierCrawlOptions,
): Promise<EarlierRun> {
  return openEarlierRun(directory, {
    batches: storedCrawlTasks(settings, directory).batches,
    saving: savingOf(settings, settings.crawl!, directory),
    largestInMemoryBytes,
    hash: settings.output.kind === "none" ? "none" : "sha256",
  });
}
