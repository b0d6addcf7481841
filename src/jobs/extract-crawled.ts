import { hash } from "node:crypto";

import { timingOf } from "../core/call.ts";
import { cell } from "../core/row.ts";
import type { FileKind } from "../formats/file-signature.ts";
import { checkFileKind } from "./check-file-kind.ts";
import type { Extract } from "./extract.ts";
import { extractPicks, type PickedColumn, refuseTaken } from "./extract-picks.ts";

/** What the records of a crawl hold. */
export interface CrawledOptions {
  readonly picks: readonly PickedColumn[];
  /** What files whose names tell nothing are to be. */
  readonly wanted?: FileKind | undefined;
  /** Whether anybody reads the records: hashing costs as much as fetching does. */
  readonly hashes: "sha256" | "none";
}

const HEAD = ["key", "url", "status", "kind", "depth", "from", "title"];
const ANSWER = ["type", "etag", "lastModified", "sha256"];
const TAIL = ["bytes", "attempts", "timing", "error"];
const NO_COLUMNS: readonly string[] = [];

/**
 * The record of each page and file of a crawl: where it was found, what is known of its answer, and what is
 * picked from it; never its body. A file that is not what it claims to be is failed.
 */
export function extractCrawled({ picks, wanted, hashes }: CrawledOptions): Extract {
  refuseTaken(picks, [...HEAD, ...ANSWER, ...TAIL]);
  const picked = extractPicks({ picks, meta: "no meta" });
  const nothing = picks.map(() => null);
  const columns = [...HEAD, ...picks.map((one) => one.name), ...ANSWER, ...TAIL];
  return (task, landed) => {
    const { row } = task;
    const kind = cell(row, "kind");
    const bare = { ...task, row: { ...row, columns: NO_COLUMNS, values: [] } };
    const page = kind === "page" && picks.length > 0 ? picked(bare, landed) : undefined;
    const outcome = page?.outcome ?? (kind === "file" ? checkFileKind(landed, { wanted }) : landed);
    const answer = outcome.kind === "answered" ? outcome.response : outcome.failure.response;
    const values = [
      outcome.request.key,
      answer?.url ?? outcome.request.url,
      answer?.status ?? null,
      ...["kind", "depth", "from", "title"].map((name) => cell(row, name) ?? null),
      ...(page?.record.values ?? nothing),
      answer?.header("content-type") ?? null,
      answer?.header("etag") ?? null,
      answer?.header("last-modified") ?? null,
      hashes === "sha256" && outcome.kind === "answered" ? sha256Of(outcome.response.body) : null,
      answer?.bytes ?? null,
      outcome.call.attempts,
      answer === undefined ? null : timingOf(outcome.call, answer.timing),
      outcome.kind === "answered"
        ? null
        : { code: outcome.failure.code, message: outcome.failure.message },
    ];
    return { outcome, record: { columns, values } };
  };
}

/** Of a body in memory; one that went to a file was hashed as it came, or not. */
function sha256Of(body: Uint8Array | { readonly sha256?: string | undefined }): string | null {
  if (!(body instanceof Uint8Array)) return body.sha256 ?? null;
  return hash("sha256", body, "hex");
}
