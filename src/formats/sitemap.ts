import { TextDecoder } from "node:util";

import { gunzipChunks } from "./gunzip-chunks.ts";
import { PageAddress } from "./page-address.ts";
import { type SitemapEntry, SitemapError, type SitemapParser } from "./sitemap-parser.ts";
import type { ByteChunks } from "./text-chunks.ts";
import { createTextSitemapParser } from "./text-sitemap-parser.ts";
import { createXmlSitemapParser } from "./xml-sitemap-parser.ts";

/** Where a sitemap came from, and how much of it is read. */
export interface SitemapOptions {
  /** The URL that answered; a location that is relative, as none should be, is resolved against it. */
  readonly url: string;
  /** Entries, the limit of the protocol. @default 50000 */
  readonly mostEntries?: number | undefined;
  /** Unpacked bytes, the limit of the protocol (50 MiB). @default 52428800 */
  readonly mostBytes?: number | undefined;
}

const MOST_ENTRIES = 50_000;
const MOST_BYTES = 50 * 1024 * 1024;

/** Bytes that are read at once, so that one huge chunk makes no huge list of entries. */
const PIECE_BYTES = 64 * 1024;

/**
 * The entries of a sitemap in their order, while its bytes arrive: XML, an index of further sitemaps, or
 * a text of one URL a line; plain or gzip, told by its bytes. Locations that are no http URL are left out.
 * @throws SitemapError after the entries before it, for what is malformed, hostile (document types,
 * nesting, gzip that does not unpack) or larger than the limits; and whatever the source throws.
 */
export async function* readSitemap(
  chunks: ByteChunks,
  options: SitemapOptions,
): AsyncGenerator<SitemapEntry, void> {
  const { url, mostEntries = MOST_ENTRIES, mostBytes = MOST_BYTES } = options;
  const found: SitemapEntry[] = [];
  const reader = createSitemapReader(new PageAddress(url), (entry) => found.push(entry));
  let entries = 0;
  let bytes = 0;
  let fault: unknown;
  const take = function* (): Generator<SitemapEntry> {
    for (const entry of found.splice(0)) {
      entries += 1;
      if (entries > mostEntries) {
        throw new SitemapError(`it has more than ${mostEntries} entries`);
      }
      yield entry;
    }
    if (fault !== undefined) throw fault;
  };
  const attempt = (read: () => void): void => {
    try {
      read();
    } catch (error) {
      fault = error;
    }
  };
  try {
    for await (const chunk of gunzipChunks(chunks)) {
      for (let offset = 0; offset < chunk.length; offset += PIECE_BYTES) {
        const piece = chunk.subarray(offset, offset + PIECE_BYTES);
        bytes += piece.length;
        if (bytes > mostBytes) throw new SitemapError(`it is larger than ${mostBytes} bytes`);
        attempt(() => reader.write(piece));
        yield* take();
      }
    }
  } catch (error) {
    // Names of zlib's errors: the bytes, not the source, are to blame.
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    if (code?.startsWith("Z_") !== true) throw error;
    throw new SitemapError(`it does not unpack: ${(error as Error).message}`, { cause: error });
  }
  attempt(() => reader.end());
  yield* take();
}

interface SitemapReader {
  write(bytes: Uint8Array): void;
  end(): void;
}

/** Decodes the bytes as they say of themselves, and reads them as XML where they begin as that. */
function createSitemapReader(
  base: PageAddress,
  found: (entry: SitemapEntry) => void,
): SitemapReader {
  let decoder: TextDecoder | undefined;
  let parser: SitemapParser | undefined;
  const read = (text: string): void => {
    if (parser === undefined) {
      const begin = text.trimStart();
      if (begin === "") return;
      const create = begin.startsWith("<") ? createXmlSitemapParser : createTextSitemapParser;
      parser = create(base, found);
      parser.write(begin);
    } else parser.write(text);
  };
  return {
    write(bytes) {
      decoder ??= decoderFor(bytes);
      read(decoder.decode(bytes, { stream: true }));
    },
    end() {
      read(decoder?.decode() ?? "");
      parser?.end();
    },
  };
}

/** UTF-8 as the protocol asks for, unless a byte order mark or the XML declaration says otherwise. */
function decoderFor(bytes: Uint8Array): TextDecoder {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be");
  const start = Buffer.from(bytes.subarray(0, 200)).toString("latin1");
  const label = /^\s*<\?xml[^>]{0,100}encoding\s{0,5}=\s{0,5}["']([\w.:-]{1,40})["']/.exec(
    start,
  )?.[1];
  try {
    return new TextDecoder(label ?? "utf-8");
  } catch {
    return new TextDecoder("utf-8");
  }
}
