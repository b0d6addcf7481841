import { systemClock } from "../core/clock.ts";
import type { HttpRequest } from "../core/request.ts";
import type { Row } from "../core/row.ts";
import type { Send } from "../core/send.ts";
import { SESSION_DEFAULTS } from "../engine/session-options.ts";
import { visible } from "../formats/visible.ts";
import type { Paging } from "../jobs/paging.ts";
import { sendPages } from "../jobs/send-pages.ts";
import { type StepBatches, stepBatches } from "../jobs/step-batches.ts";
import type { CompiledBatch } from "../jobs/step-batch.ts";
import type { CompiledPages } from "../jobs/step-pages.ts";
import type { RequestMaker } from "../sources/request-maker.ts";

/** How rows and requests go together where a row is not one request: not both at once. */
export interface SharingOptions {
  /** A row is a list in pages; undefined where it is one answer. */
  readonly pages: CompiledPages | undefined;
  /** Several rows are one request; undefined where each is its own. */
  readonly batch: CompiledBatch | undefined;
}

/** What rows are asked with. */
export interface SharingSurroundings {
  readonly maker: RequestMaker;
  /** What templates find beside a row's columns. @default nothing */
  readonly constants?: ReadonlyMap<string, unknown>;
  /** Pages of one list under way at most. */
  readonly mostAtOnce: number;
}

/** The sends that there are, and who is told what was found out of pages. */
export interface SharedSends {
  /** Asks equal questions once. */
  readonly once: Send;
  /** Asks each time. */
  readonly fresh: Send;
  readonly say: (line: string) => void;
}

/** Rows and requests that are not one each. */
export interface RequestSharing {
  /** The request of a row. */
  readonly make: (row: Row) => HttpRequest;
  /** The requests that really leave, where rows share them; undefined where each row has its own. */
  readonly joined: StepBatches["joined"] | undefined;
  /** Put around the session's send, with equal questions asked once; undefined where a row is a request. */
  readonly around: ((sends: SharedSends) => Send) | undefined;
  /** Rows that share a place. */
  readonly rowsAtOnce: number;
}

/** Prepares lists in pages and batches of rows; with neither, each row is a request. */
export function shareRequests(
  { pages, batch }: SharingOptions,
  { maker, constants = new Map(), mostAtOnce }: SharingSurroundings,
): RequestSharing {
  const clock = systemClock;
  const batches = batch && stepBatches({ batch, maker, constants, clock });
  return {
    make: batches?.make ?? maker.make,
    joined: batches?.joined,
    rowsAtOnce: batch?.size ?? 1,
    around:
      pages === undefined
        ? batches && (({ fresh }) => batches.around(fresh))
        : ({ once, fresh, say }) =>
            sendPages({
              pages,
              once,
              fresh,
              mostAtOnce,
              maxBodyBytes: SESSION_DEFAULTS.maxBodyBytes,
              clock,
              onPaging:
                pages.paging.kind === "auto" ? (paging) => say(foundWords(paging)) : undefined,
            }),
  };
}

/** What `auto` has found, as a job file says it. */
function foundWords(paging: Paging): string {
  if (paging.kind === "none") return "the answer shows no way to a next page: it is taken for all";
  const { delayMs, ...rest } = { delayMs: undefined, ...paging };
  const given = { ...rest, ...(delayMs === undefined ? {} : { delay: `${delayMs}ms` }) };
  const pairs = Object.entries(given).filter(([, value]) => value !== undefined);
  const text = pairs.map(([name, value]) => `${name}: ${visible(String(value))}`).join(", ");
  return `the pages follow each other as paginate: { ${text} } says`;
}
