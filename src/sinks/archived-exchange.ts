import { randomUUID } from "node:crypto";

import type { Clock } from "../core/clock.ts";
import type { HeaderList } from "../core/headers.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import { redactUrl } from "../formats/redact-url.ts";
import {
  type WarcCompression,
  warcDigest,
  type WarcField,
  warcRecord,
} from "../formats/warc-record.ts";
import { type Block, digestBlock, recordPieces } from "./archived-body.ts";
import { type BodyForm, requestText, responseHead } from "./http-text.ts";

/** What was asked and what came. */
export interface Exchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly form: BodyForm;
  /** Where the body's file is by now. @default where the response says */
  readonly bodyAt?: string | undefined;
}

/** Makes the records of exchanges, and knows which bodies it had. */
export interface Archivist {
  /**
   * The `response` of an exchange, or a `revisit` where an equal body was written before, and its
   * `request`; in pieces of bytes. One exchange after the other.
   * @throws DiskError for a body's file that cannot be read
   */
  recordsOf(exchange: Exchange): AsyncIterable<Uint8Array>;
}

/** How records are made. */
export interface ArchivistOptions {
  readonly compression: WarcCompression;
  /** The name of the `warcinfo` that they belong to. */
  readonly infoName: string;
  /** The header fields of a request as it left, as far as they are known. */
  readonly fieldsOf: (request: HttpRequest) => HeaderList;
  readonly clock: Clock;
}

/** Bodies that later ones are compared with; beyond them equal ones are written again. */
const MOST_PAYLOADS = 100_000;

const REVISIT = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest";
const REQUEST = "application/http;msgtype=request";
const RESPONSE = "application/http;msgtype=response";

/** A record whose body later ones may have too. */
interface Original {
  readonly id: string;
  readonly date: string;
  readonly uri: string;
}

/** An archivist that has seen nothing yet. */
export function createArchivist(options: ArchivistOptions): Archivist {
  const { compression, infoName, fieldsOf, clock } = options;
  const originals = new Map<string, Original>();

  return {
    async *recordsOf({ request, response, form, bodyAt }) {
      const { body } = response;
      const moved = body instanceof Uint8Array || !bodyAt ? body : { ...body, path: bodyAt };
      const block: Block = { head: responseHead(response, form), body: moved };
      const { payload, block: whole } = await digestBlock(block);
      const id = newName();
      const date = new Date(clock.wallNow()).toISOString();
      const uri = redactUrl(request.url);
      const about: readonly WarcField[] = [
        ["WARC-Date", date],
        ["WARC-Target-URI", uri],
        ["WARC-Warcinfo-ID", infoName],
      ];
      const fields: readonly WarcField[] = [
        ["WARC-Record-ID", id],
        ...about,
        ...addressOf(response),
        ["WARC-Payload-Digest", payload],
        ["Content-Type", RESPONSE],
      ];
      const original = response.bytes === 0 ? undefined : originals.get(payload);
      if (original === undefined) {
        const more = [["WARC-Block-Digest", whole] as const, ...truncationOf(response, form)];
        const all: readonly WarcField[] = [["WARC-Type", "response"], ...fields, ...more];
        yield* recordPieces(all, block, compression);
        if (originals.size < MOST_PAYLOADS) originals.set(payload, { id, date, uri });
      } else {
        const more = [...referenceTo(original), ["WARC-Block-Digest", warcDigest(block.head)]];
        const all = [["WARC-Type", "revisit"], ...fields, ...more] as readonly WarcField[];
        yield warcRecord(all, block.head, compression);
      }
      const asked = requestText(request, fieldsOf(request));
      const asking: readonly WarcField[] = [
        ["WARC-Type", "request"],
        ["WARC-Record-ID", newName()],
        ...about,
        ["WARC-Concurrent-To", id],
        ["WARC-Block-Digest", warcDigest(asked)],
        ["Content-Type", REQUEST],
      ];
      yield warcRecord(asking, asked, compression);
    },
  };
}

function referenceTo({ id, date, uri }: Original): readonly WarcField[] {
  return [
    ["WARC-Profile", REVISIT],
    ["WARC-Refers-To", id],
    ["WARC-Refers-To-Target-URI", uri],
    ["WARC-Refers-To-Date", date],
  ];
}

function addressOf({ remoteAddress }: HttpResponse): readonly WarcField[] {
  return remoteAddress === undefined ? [] : [["WARC-IP-Address", remoteAddress]];
}

/** Of a refused answer a body is not always kept. */
function truncationOf({ bytes, wireBytes }: HttpResponse, form: BodyForm): readonly WarcField[] {
  return form === "decoded" && bytes === 0 && wireBytes > 0
    ? [["WARC-Truncated", "unspecified"]]
    : [];
}

function newName(): string {
  return `<urn:uuid:${randomUUID()}>`;
}
