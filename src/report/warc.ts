import {
  warcDigest,
  type WarcOrigin,
  warcInfoName,
  warcInfoRecord,
  warcName,
  warcRecord,
} from "../formats/warc-record.ts";
import { JournalError } from "../queue/journal-format.ts";
import { mediaTypeOf, urlOf } from "./outcome-columns.ts";
import type { OutcomeRow } from "./outcome-rows.ts";

/** Bodies that a run kept, by their number. */
export interface KeptBodies {
  get(id: number): Uint8Array | undefined;
}

/** What a WARC of kept answers is made of. */
export interface WarcOptions extends WarcOrigin {
  readonly bodies: KeptBodies;
}

/**
 * A WARC 1.1 file (ISO 28500:2017), each record a gzip member of its own: `warcinfo`, then a `resource`
 * for each row that `isInWarc`. A `response` would be the answer as it was sent, which no run keeps:
 * bodies are decoded, and secrets are left out of header fields.
 * URLs are without secrets; the same run gives the same bytes each time.
 * @throws JournalError for a body that is gone, what `bodies` throws for a damaged one, and TypeError for
 * a row of which no URL is known.
 */
export async function* warcRecords(
  rows: AsyncIterable<OutcomeRow>,
  { bodies, ...info }: WarcOptions,
): AsyncGenerator<Uint8Array> {
  const infoName = warcInfoName(info);
  yield warcInfoRecord(info, "gzip");
  for await (const row of rows) {
    const { record, detail } = row;
    if (!isInWarc(row)) continue;
    const body = bodies.get(record.kept);
    if (body === undefined) throw new JournalError(`the kept answer of row ${record.row} is gone`);
    const url = detail?.redirects?.at(-1) ?? urlOf(row);
    if (url === undefined) throw new TypeError(`no URL is known of row ${record.row}`);
    yield warcRecord(
      [
        ["WARC-Type", "resource"],
        ["WARC-Record-ID", warcName(`${info.run} ${record.row}`)],
        ["WARC-Warcinfo-ID", infoName],
        ["WARC-Date", new Date(record.atMs).toISOString()],
        ["WARC-Target-URI", url],
        ["WARC-Block-Digest", warcDigest(body)],
        ["Content-Type", mediaTypeOf(detail) ?? "application/octet-stream"],
      ],
      body,
      "gzip",
    );
  }
}

/** Whether the row has an answer of its own that was kept. */
export function isInWarc({ record }: OutcomeRow): boolean {
  return record.kept !== 0 && record.kind === "answered" && !record.duplicate;
}
