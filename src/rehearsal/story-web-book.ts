import type { Behaviour, Step } from "./behaviour.ts";
import type { Exchange } from "./exchange.ts";
import { pdfOf } from "./pdf.ts";
import { hashOf } from "./random.ts";
import { html, sendPdf } from "./story-book.ts";

/** Chapters of the web book. */
const CHAPTERS = 34;
/** Chapters on each of the two pages of contents. */
const PER_PAGE = 17;
/** A chapter that leads elsewhere, and what is there. */
const MOVED = { chapter: 7, to: "seven.pdf" };
/** A page for people in place of a chapter. */
const HTML_CHAPTER = 13;
const MISSING_CHAPTER = 21;
/** A chapter whose connection is always cut. */
const CUT_CHAPTER = 29;
/** Pages of notes in a circle; the first links to all. */
const NOTES = 22;

/**
 * Story E as the web is: contents on two pages, links relative, absolute and in capitals, a session id in
 * each of them, a loop, a chapter that has moved, and three that cannot be had.
 */
export const WEB_BOOK_SITE: Behaviour = {
  name: "web-book",
  parameters: ["…"],
  doc: "story E with everything that goes wrong: 34 chapters, of which 13, 21 and 29 cannot be had",
  example: "/web-book/",
  kind: "answer",
  prepare: prepareSite,
};

function prepareSite(words: readonly string[]): Step {
  const [page = "", file = ""] = words;
  return async (exchange) => {
    if ((await exchange.wait(exchange.stage.stories.bookMs)) === "gone") return "gone";
    // Every page has session ids of its own: whoever takes them for pages never ends.
    const sid = hashOf(`${exchange.seen.target} ${exchange.counter("sid", () => ({ n: 0 })).n++}`);
    const id = `?sid=${sid.toString(36)}`;
    if (page === "") html(exchange, "The Web Book", homeOf(id));
    else if (page === "contents.html") html(exchange, "Contents", contentsOf(id, 1));
    else if (page === "contents-2.html") html(exchange, "Contents, continued", contentsOf(id, 2));
    else if (page === "notes") sendNote(exchange, Number(/^(\d{1,2})\.html$/.exec(file)?.[1]), id);
    else if (page === "CHAPTERS") sendChapter(exchange, Number(/^(\d{1,2})\.PDF$/.exec(file)?.[1]));
    else if (page === "files" && file === MOVED.to) sendBook(exchange, MOVED.chapter);
    else notFound(exchange);
    return "answered";
  };
}

function homeOf(id: string): string {
  return (
    `<p>New: <a href="CHAPTERS/34.PDF${id}">chapter 34</a>. ` +
    `<p><a href="contents.html${id}">Contents</a> <a href="./${id}#top">Home</a> ` +
    `<a href="notes/1.html${id}">Notes</a> <a href="private/log.html">The log</a>`
  );
}

function contentsOf(id: string, part: 1 | 2): string {
  const first = part === 1 ? 1 : PER_PAGE + 1;
  const links = Array.from({ length: PER_PAGE }, (_, index) => {
    const chapter = first + index;
    const path = `CHAPTERS/${chapter}.PDF${id}`;
    const href = chapter % 2 === 0 ? path : `/web-book/./${path}`;
    return `<LI><A CLASS="chapter" HREF="${href}">Chapter ${chapter}: ${titleOf(chapter)}</A>`;
  });
  const other =
    part === 1
      ? `<a rel="next" href="contents-2.html${id}">More</a>`
      : `<a rel="prev" href="contents.html${id}">Back</a>`;
  return `${other}\n<ol>\n${links.join("\n")}\n</ol>\n<a href="../web-book/${id}">Home</a>`;
}

function titleOf(chapter: number): string {
  const nouns = ["House", "Road", "Letter", "Mill", "Bridge", "Winter", "Harbour", "Debt"];
  return `The ${chapter % 3 === 0 ? "Old" : chapter % 3 === 1 ? "New" : "Last"} ${nouns[chapter % nouns.length]}`;
}

function sendNote(exchange: Exchange, note: number, id: string): void {
  if (!(note >= 1 && note <= NOTES)) return notFound(exchange);
  const next = note === NOTES ? 1 : note + 1;
  const linked = note === 1 ? Array.from({ length: NOTES }, (_, index) => index + 1) : [next];
  const links = linked.map((one) => `<a href="${one}.html${id}">Note ${one}</a>`);
  html(exchange, `Note ${note}`, `<p>A note. ${links.join(" ")}`);
}

function sendChapter(exchange: Exchange, chapter: number): void {
  if (!(chapter >= 1 && chapter <= CHAPTERS) || chapter === MISSING_CHAPTER) {
    return notFound(exchange);
  }
  if (chapter === HTML_CHAPTER) return html(exchange, "Sorry", "<p>Please sign in to read this.");
  if (chapter === MOVED.chapter) {
    exchange.status = 302;
    exchange.headers.push("location", `/web-book/files/${MOVED.to}`);
    return;
  }
  sendBook(exchange, chapter);
  if (chapter === CUT_CHAPTER) exchange.cutAtBytes = "half";
}

function sendBook(exchange: Exchange, chapter: number): void {
  const { stories, seed } = exchange.stage;
  const title = `Chapter ${chapter}`;
  const pages = 1 + (hashOf(title, seed) % 3);
  const texts = Array.from({ length: pages }, (_, page) => `${title}, page ${page + 1}`);
  sendPdf(exchange, pdfOf(title, texts, { fillerBytes: stories.chapterBytes }));
}

function notFound(exchange: Exchange): void {
  html(exchange, "Not found", "<p>There is no such page.", 404);
}
