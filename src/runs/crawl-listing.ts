import { Failure } from "../core/failure.ts";
import type { Middleware } from "../core/send.ts";
import { isPlainlyFile } from "../jobs/find-links.ts";
import type { Row } from "../core/row.ts";
import {
  foundOf,
  type FrontierLine,
  LineSplitter,
  parseFrontierLine,
} from "../sources/frontier-line.ts";
import { createMemoryStore, type FrontierStore } from "../sources/frontier-store.ts";

/** A crawl that only lists: it reads its pages, and asks for no file. */
export interface CrawlListing {
  /** Where its frontier stands; every line of it is kept. */
  readonly store: FrontierStore;
  /** Notes which rows are files, before they are asked for. */
  note(rows: readonly Row[]): void;
  /** Keeps files back that nothing else keeps back: innermost of what stands before the gates. */
  readonly middleware: Middleware;
  /** Whether a row's file would have been asked for. */
  isListed(row: number): boolean;
  /** What hosts ask for between two requests, by origin. Milliseconds. */
  readonly pauses: Map<string, number>;
  /** What was found, line by line. */
  lines(): readonly FrontierLine[];
}

/** Makes the listing of one crawl. */
export function createCrawlListing(): CrawlListing {
  const memory = createMemoryStore();
  const pieces: Buffer[] = [];
  const files = new Set<number>();
  const listed = new Set<number>();
  return {
    store: {
      size: 0,
      async append(bytes) {
        pieces.push(Buffer.from(bytes));
        await memory.append(bytes);
      },
      read: (start, end) => memory.read(start, end),
    },
    note(rows) {
      for (const row of rows) {
        const { kind, url } = foundOf(row);
        // Where no selector says what a file is, its name may.
        if (kind === "file" || (kind === "page" && isPlainlyFile(url))) files.add(row.number);
      }
    },
    middleware: (next) => (request, call) => {
      if (!files.has(call.row) || request.target === "/robots.txt") return next(request, call);
      listed.add(call.row);
      const words = "listed, not downloaded";
      return Promise.reject(new Failure("E_POLICY", words, { request, unsent: true }));
    },
    pauses: new Map(),
    isListed: (row) => listed.has(row),
    lines() {
      const splitter = new LineSplitter();
      return pieces.flatMap((piece) => splitter.take(piece).map(parseFrontierLine));
    },
  };
}
