import type { Row } from "../core/row.ts";
import {
  type FoundLink,
  foundOf,
  frontierLine,
  type FrontierLine,
  LineSplitter,
  parseFrontierLine,
  rowOfLine,
} from "./frontier-line.ts";
import type { FrontierStore } from "./frontier-store.ts";
import { SeenUrls } from "./seen-urls.ts";

/** What a crawl still has to ask for: a list that grows while it is read. */
export interface Frontier {
  /** The rows in the order in which they were found; ends when nothing is owed and nothing is out. */
  readonly batches: AsyncIterable<readonly Row[]>;
  /** Takes the links of a row's page; those that were not seen before become rows. Gives how many. */
  add(links: Iterable<FoundLink>, from: number): number;
  /** Notes the title of a row's page. */
  entitle(row: number, title: string): void;
  /** A row's request was sent on to this URL: whether another one has it, or had it. */
  claim(url: string, row: number): "free" | "seen";
  /** A row has its outcome; its links were added before. */
  settled(row: number): void;
  /** Hands everything added to the store, before whatever is durable after it. */
  flush(): void;
  /** No more rows once the signal is aborted. */
  stopOn(signal: AbortSignal): void;
  /** Whether the rows ended because there were no more. */
  readonly isWhole: boolean;
}

/** How a frontier is read. */
export interface FrontierOptions {
  readonly starts: readonly FoundLink[];
  /** Rows that had their outcome before. */
  readonly isDone: (row: number) => boolean;
  /** Whether a level is begun only when the one before has ended, so that depths are the shortest. */
  readonly levels: "one after the other" | "as they come";
  /** Hears of every other URL under which a row was answered. @default nobody */
  readonly onAlias?: ((url: string, row: number) => void) | undefined;
  /** Whether links to what was seen before are noted, too. */
  readonly links: "all" | "the first to each";
}

const PIECE_BYTES = 64 * 1024;
const BATCH_ROWS = 256;
/** A longer URL no server takes. */
const LONGEST_URL = 8_192;

/**
 * Opens a frontier over what a store has of it: what was seen is known again, and all rows are read from
 * the first. What is added goes to the store, and is read from there: memory holds the hashes of what was
 * seen and a piece of the list.
 */
export async function openFrontier(
  store: FrontierStore,
  options: FrontierOptions,
): Promise<Frontier> {
  const frontier = new GrowingList(store, options);
  await frontier.recall();
  frontier.add(options.starts, 0);
  frontier.flush();
  return frontier;
}

class GrowingList implements Frontier {
  isWhole = false;
  readonly batches: AsyncIterable<readonly Row[]>;
  readonly #store: FrontierStore;
  readonly #options: FrontierOptions;
  readonly #seen = new SeenUrls();
  /** URLs that rows under way were sent on to. */
  readonly #claims = new Map<number, Set<string>>();
  #added: string[] = [];
  #addedLength = 0;
  #appending: Promise<void> | undefined;
  #isScheduled = false;
  /** Bytes that can be read, and that were. */
  #written: number;
  #read = 0;
  readonly #splitter = new LineSplitter();
  readonly #ready: Row[] = [];
  #rows = 0;
  /** Rows given out that have no outcome. */
  #out = 0;
  #level = 0;
  #isStopped = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(store: FrontierStore, options: FrontierOptions) {
    this.#store = store;
    this.#options = options;
    this.#written = store.size;
    this.batches = { [Symbol.asyncIterator]: () => ({ next: () => this.#next() }) };
  }

  async recall(): Promise<void> {
    const splitter = new LineSplitter();
    for (let at = 0; at < this.#written; at += PIECE_BYTES) {
      const piece = await this.#store.read(at, Math.min(this.#written, at + PIECE_BYTES));
      for (const text of splitter.take(piece)) {
        const line = parseFrontierLine(text);
        if (line.line !== "title") this.#seen.add(line.url);
        if (line.line !== "alias") continue;
        this.#options.onAlias?.(line.url, line.from);
        // A kill may have left a row owed that was led there.
        if (!this.#options.isDone(line.from)) this.#claimFor(line.from, line.url);
      }
    }
  }

  add(links: Iterable<FoundLink>, from: number): number {
    const { links: noted } = this.#options;
    let found = 0;
    for (const link of links) {
      if (link.url.length > LONGEST_URL) continue;
      if (this.#seen.add(link.url)) {
        this.#note({ line: "row", ...link, from });
        found += 1;
      } else if (noted === "all" && from > 0) {
        const { url, kind, title, position } = link;
        this.#note({ line: "again", url, kind, title, position, from });
      }
    }
    return found;
  }

  entitle(row: number, title: string): void {
    this.#note({ line: "title", title, from: row });
  }

  claim(url: string, row: number): "free" | "seen" {
    const own = this.#claims.get(row);
    if (own?.has(url) === true) return "free";
    if (!this.#seen.add(url)) return "seen";
    this.#claimFor(row, url);
    return "free";
  }

  #claimFor(row: number, url: string): void {
    const own = this.#claims.get(row);
    if (own === undefined) this.#claims.set(row, new Set([url]));
    else own.add(url);
  }

  settled(row: number): void {
    for (const url of this.#claims.get(row) ?? []) this.#note({ line: "alias", url, from: row });
    this.#claims.delete(row);
    this.#out -= 1;
    if (this.#out === 0) this.#wake?.();
  }

  flush(): void {
    if (this.#added.length === 0) return;
    const bytes = Buffer.from(this.#added.join(""));
    this.#added = [];
    this.#addedLength = 0;
    const appending = this.#store.append(bytes).then(
      () => void (this.#written += bytes.byteLength),
      (error: unknown) => void (this.#failure ??= { error }),
    );
    const both = Promise.all([this.#appending, appending]).then(() => {
      if (this.#appending === both) this.#appending = undefined;
      this.#wake?.();
    });
    this.#appending = both;
  }

  stopOn(signal: AbortSignal): void {
    const stop = (): void => {
      this.#isStopped = true;
      this.#wake?.();
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  }

  #note(line: FrontierLine): void {
    const text = frontierLine(line);
    this.#added.push(text);
    this.#addedLength += text.length;
    // Nobody waits for it: what is durable after it hands it over.
    if (this.#wake === undefined && this.#addedLength < PIECE_BYTES) return;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  async #next(): Promise<IteratorResult<readonly Row[], undefined>> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#isStopped) break;
      const rows = this.#take();
      if (rows.length > 0) return { done: false, value: rows };
      if (this.#ready.length > 0) {
        // A level deeper, once all above it have told what they link to.
        if (this.#out === 0) this.#level = foundOf(this.#ready[0]!).depth;
        else await this.#change();
      } else if (this.#read < this.#written) await this.#readOn();
      else if (this.#added.length > 0) this.flush();
      else if (this.#appending !== undefined) await this.#appending;
      else if (this.#out > 0) await this.#change();
      else {
        this.isWhole = true;
        break;
      }
    }
    return { done: true, value: undefined };
  }

  /** Rows that may be asked for now. */
  #take(): readonly Row[] {
    let count = Math.min(BATCH_ROWS, this.#ready.length);
    if (this.#options.levels === "one after the other") {
      const deeper = this.#ready.findIndex((row) => foundOf(row).depth > this.#level);
      if (deeper !== -1) count = Math.min(count, deeper);
    }
    const rows = this.#ready.splice(0, count);
    for (const { number } of rows) if (!this.#options.isDone(number)) this.#out += 1;
    return rows;
  }

  async #readOn(): Promise<void> {
    const end = Math.min(this.#written, this.#read + PIECE_BYTES);
    const piece = await this.#store.read(this.#read, end);
    this.#read = end;
    for (const text of this.#splitter.take(piece)) {
      const line = parseFrontierLine(text);
      if (line.line !== "row") continue;
      this.#rows += 1;
      this.#ready.push(rowOfLine(line, this.#rows));
    }
  }

  async #change(): Promise<void> {
    const changed = Promise.withResolvers<void>();
    this.#wake = changed.resolve;
    await changed.promise;
    this.#wake = undefined;
  }
}
