import { crc32 } from "node:zlib";

import type { Behaviour, Step } from "./behaviour.ts";
import type { Exchange } from "./exchange.ts";
import { pdfOf } from "./pdf.ts";
import { hashOf } from "./random.ts";

const TITLES = [
  ...["The House", "The Road", "A Letter", "Rain", "The Mill", "Two Brothers", "The Bridge"],
  ...["Winter", "The Harbour", "A Debt", "The Return", "Morning"],
];

function robotsOf(delayMs: number): string {
  const delay = delayMs === 0 ? "" : `Crawl-delay: ${delayMs / 1_000}\n`;
  return `User-agent: *\n${delay}Disallow: /book/private/\nDisallow: /web-book/private/\n`;
}

/** Story E: a web book. Its home page leads to the contents, they to a PDF for each chapter. */
export const BOOK_SITE: Behaviour = {
  name: "book",
  parameters: ["…"],
  doc: "story E: a home page, contents.html and chapters/N.pdf with ETag and ranges; see /robots.txt",
  example: "/book/contents.html",
  kind: "answer",
  prepare: prepareBook,
};

export const ROBOTS_FILE: Behaviour = {
  name: "robots.txt",
  parameters: [],
  doc: "what crawlers may do here: one request a second, nothing below /book/private/ and /web-book/private/",
  example: "/robots.txt",
  kind: "answer",
  prepare: () => (exchange) => {
    exchange.text(robotsOf(exchange.stage.stories.crawlDelayMs), "text/plain; charset=utf-8");
    return "answered";
  },
};

function prepareBook(words: readonly string[]): Step {
  const [page = "", file = ""] = words;
  const chapter = page === "chapters" ? Number(/^(\d{1,2})\.pdf$/.exec(file)?.[1] ?? 0) : 0;
  return async (exchange) => {
    if ((await exchange.wait(exchange.stage.stories.bookMs)) === "gone") return "gone";
    if (chapter >= 1 && chapter <= TITLES.length) sendChapter(exchange, chapter);
    else if (page === "") html(exchange, "A Book", HOME);
    else if (page === "contents.html") html(exchange, "Contents", contents());
    else if (page === "private") html(exchange, "Private", "<p>robots.txt asks not to come here.");
    else html(exchange, "Not found", "<p>There is no such page.", 404);
    return "answered";
  };
}

const HOME =
  '<p>A book of twelve chapters. <a class="contents" href="contents.html">Contents</a> ' +
  '<a href="private/notes.html">The author\'s notes</a>';

function contents(): string {
  const links = TITLES.map(
    (title, index) => `<li><a class="chapter" href="chapters/${index + 1}.pdf">${title}</a>`,
  );
  return `<ol>\n${links.join("\n")}\n</ol>`;
}

/** Answers with a page. */
export function html(exchange: Exchange, title: string, content: string, status = 200): void {
  const text = `<!doctype html>\n<title>${title}</title>\n<h1>${title}</h1>\n${content}\n`;
  exchange.text(text, "text/html; charset=utf-8", status);
}

function sendChapter(exchange: Exchange, chapter: number): void {
  const title = TITLES[chapter - 1]!;
  const pages = 1 + (hashOf(title, exchange.stage.seed) % 4);
  const texts = Array.from(
    { length: pages },
    (_, page) => `${chapter}. ${title}, page ${page + 1}`,
  );
  sendPdf(exchange, pdfOf(title, texts));
}

/** A file, whole, or the one range that was asked for (RFC 9110 §14), or that it is unchanged. */
export function sendPdf(exchange: Exchange, pdf: Buffer): void {
  const etag = `"${crc32(pdf).toString(36)}"`;
  const { headers: fields } = exchange.request;
  exchange.headers.push("etag", etag, "accept-ranges", "bytes");
  if (fields["if-none-match"] === etag) {
    exchange.status = 304;
    return;
  }
  exchange.headers.push("content-type", "application/pdf");
  exchange.body = pdf;
  const range = /^bytes=(\d{1,9})-(\d{0,9})$/.exec(fields.range ?? "");
  const condition = fields["if-range"];
  if (range === null || (condition !== undefined && condition !== etag)) return;
  const [start, end] = [Number(range[1]), Math.min(Number(range[2] || Infinity), pdf.length - 1)];
  if (start > end) {
    exchange.status = 416;
    exchange.headers.push("content-range", `bytes */${pdf.length}`);
    exchange.body = undefined;
    return;
  }
  exchange.status = 206;
  exchange.headers.push("content-range", `bytes ${start}-${end}/${pdf.length}`);
  exchange.body = pdf.subarray(start, end + 1);
}
