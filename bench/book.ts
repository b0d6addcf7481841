import { hash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { PDFDocument, PDFHexString, PDFName, type PDFPage, StandardFonts } from "@cantoo/pdf-lib";

import { PdfFile } from "../src/formats/pdf-file.ts";
import { listPages } from "../src/formats/pdf-pages.ts";
import { startRehearsal } from "../src/rehearsal/rehearsal.ts";
import { type Ground, OURS, peerFile, remove, versionOf } from "./ground.ts";
import { interleave, type Peer } from "./interleave.ts";
import { compared } from "./map.ts";
import { machine, type Section, table } from "./results.ts";
import { inMebibytes, inTime, median, spread } from "./statistics.ts";

const FILES = 30;
const PAGES = 20;
const LINES = 40;
const KINDS = [
  { name: "600 pages of text", imageBytes: 0 },
  { name: "600 pages of text, each with an image of 100 kB", imageBytes: 100_000 },
] as const;

/** What it costs to bind a book: 600 pages of 30 files, with links and outlines. */
export async function benchBook(ground: Ground): Promise<Section> {
  const versions = [`Node ${process.version}`];
  const text: string[] = [];
  for (const kind of KINDS) {
    const files = await writeChapters(ground.directory, kind.imageBytes);
    const output = join(ground.directory, "book.pdf");
    const reset = (): void => remove(output);
    const check = (): void => checkPages(output);
    const ours = [process.execPath, peerFile("bind-book.js"), output, ...files];
    const peers: Peer[] = [{ name: "fanfetch, bindBook", command: ours, reset, check }];
    const qpdf = versionOf("qpdf", "--version");
    if (qpdf !== undefined) {
      const command = ["qpdf", "--empty", "--pages", ...files, "--", output];
      peers.push({ name: "qpdf --pages (drops outlines)", command, reset });
    }
    if (existsSync("/usr/bin/pdfunite")) {
      peers.push({ name: "pdfunite", command: ["pdfunite", ...files, output], reset });
    }
    const runs = ground.runs ?? 5;
    const all = await interleave(peers, { directory: ground.directory, runs });
    const lines = all.map(({ peer, runs: measured, trouble }) => {
      if (trouble !== undefined) return [peer.name, `not measured: ${trouble}`, "", ""];
      const wallsMs = measured.map((run) => run.wallMs);
      const rssBytes = median(measured.map((run) => run.maxRssBytes));
      return [peer.name, inTime(median(wallsMs)), spread(wallsMs), inMebibytes(rssBytes)];
    });
    text.push(`**${kind.name}**`, table(["command", "wall", "lowest to highest", "memory"], lines));
    if (qpdf !== undefined && !versions.includes(qpdf)) versions.push(qpdf);
  }
  text.push(...(await wholeBook(ground)));
  return { name: "book", text: [machine(versions), ...text].join("\n\n") };
}

const STORY = { bookMs: 300, chapterBytes: 2_000_000, crawlDelayMs: 0 };
const AT_ONCE = 5;

/** One command from a home page to a book, against the same one by one. Three chapters cannot be had: exit 1. */
async function wholeBook({ directory, runs = 3 }: Ground): Promise<readonly string[]> {
  await using server = await startRehearsal({ stories: STORY });
  const digests = new Set<string>();
  const peerOf = (name: string, ...how: readonly string[]): Peer => {
    const output = join(directory, "web-book.pdf");
    const crawl = [...OURS, "crawl", `${server.url}/web-book/`, "--drop", "sid", "--merge", output];
    const limits = ["--per-host", String(AT_ONCE), "--retries", "1", "-q"];
    return {
      name,
      command: ["sh", "-c", '"$@"; test $? = 1', "sh", ...crawl, ...limits, ...how],
      reset: () => remove(output, join(directory, ".fanfetch")),
      check: () => void digests.add(hash("sha256", readFileSync(output))),
    };
  };
  const peers = [peerOf("one by one", "--mode", "sequential"), peerOf(`${AT_ONCE} in flight`)];
  const all = await interleave(peers, { directory, runs, slowAfterMs: 60_000 });
  return [
    `**A web book: 26 pages, 34 chapters of 2 MB, ${STORY.bookMs} ms each, by one command**`,
    compared(all, "one by one", 60),
    `The server saw ${server.seen.mostAtOnce()} at once at most; the books are ${digests.size === 1 ? "the same bytes" : "DIFFERENT"}.`,
  ];
}

/** Writes the chapters, half of them with object streams; gives their paths. */
async function writeChapters(directory: string, imageBytes: number): Promise<readonly string[]> {
  const folder = join(directory, `chapters-${imageBytes}`);
  mkdirSync(folder, { recursive: true });
  const paths: string[] = [];
  for (let file = 1; file <= FILES; file += 1) {
    const document = await chapter(file, imageBytes);
    const path = join(folder, `chapter-${file}.pdf`);
    writeFileSync(path, await document.save({ useObjectStreams: file % 2 === 0 }));
    paths.push(path);
  }
  return paths;
}

async function chapter(file: number, imageBytes: number): Promise<PDFDocument> {
  const document = await PDFDocument.create({ updateMetadata: false });
  const font = await document.embedFont(StandardFonts.TimesRoman);
  const pages = Array.from({ length: PAGES }, () => document.addPage());
  for (const [index, page] of pages.entries()) {
    for (let line = 0; line < LINES; line += 1) {
      const words = Array.from({ length: 8 }, (_, word) => noise(file, index, line, word)).join(
        " ",
      );
      page.drawText(`Line ${line} ${words}`, { x: 50, y: 780 - 18 * line, size: 11, font });
    }
    if (imageBytes > 0) addImage(document, page, imageBytes);
    addLinks(document, page, [pages[(index + 1) % PAGES]!, pages[0]!]);
  }
  addOutline(document, pages);
  return document;
}

/** A word that is the same in every run and compresses badly. */
function noise(...seeds: readonly number[]): string {
  return seeds.reduce((sum, seed) => (sum * 48_271 + seed + 1) % 2_147_483_647, 1).toString(36);
}

function addImage(document: PDFDocument, page: PDFPage, bytes: number): void {
  const contents = new Uint8Array(bytes).map((_, at) => (at * at * 7 + at * 13) >> 3);
  const dict = {
    Type: "XObject",
    Subtype: "Image",
    Width: 100,
    Height: bytes / 300,
    ColorSpace: "DeviceRGB",
    BitsPerComponent: 8,
  };
  page.node.setXObject(
    PDFName.of("Image"),
    document.context.register(document.context.stream(contents, dict)),
  );
}

function addLinks(document: PDFDocument, page: PDFPage, targets: readonly PDFPage[]): void {
  const { context } = document;
  const links = targets.map(({ ref }) =>
    context.register(
      context.obj({ Type: "Annot", Subtype: "Link", Rect: [10, 10, 50, 50], Dest: [ref, "Fit"] }),
    ),
  );
  page.node.set(PDFName.of("Annots"), context.obj(links));
}

function addOutline(document: PDFDocument, pages: readonly PDFPage[]): void {
  const { context, catalog } = document;
  const outlines = context.nextRef();
  const refs = pages.map(() => context.nextRef());
  for (const [index, { ref }] of pages.entries()) {
    const entry = context.obj({
      Title: PDFHexString.fromText(`Section ${index + 1}`),
      Parent: outlines,
      Prev: refs[index - 1],
      Next: refs[index + 1],
      Dest: [ref, "Fit"],
    });
    context.assign(refs[index]!, entry);
  }
  context.assign(
    outlines,
    context.obj({ First: refs[0]!, Last: refs.at(-1)!, Count: refs.length }),
  );
  catalog.set(PDFName.of("Outlines"), outlines);
}

/** @throws Error unless the book has all pages. */
function checkPages(path: string): void {
  const { pages } = listPages(new PdfFile(readFileSync(path)));
  if (pages.length !== FILES * PAGES) throw new Error(`${pages.length} pages`);
}
