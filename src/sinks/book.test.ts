import { readFile, stat, symlink } from "node:fs/promises";
import { join } from "node:path";

import {
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFName,
  PDFNumber,
  PDFRawStream,
  StandardFonts,
} from "@cantoo/pdf-lib";
import { describe, expect, test } from "vitest";

import { rawPages, rawPdf, rawStream } from "../../test/support/raw-pdf.ts";
import { readBook } from "../../test/support/read-book.ts";
import { temporaryFolder, type TemporaryFolder } from "../../test/support/temp.ts";
import { bindBook, type BookOptions, type BoundBook, type Chapter } from "./book.ts";
import { PathTaken } from "./place-file.ts";

const DATE = new Date("2026-03-04T05:06:07Z");
const name = (text: string): PDFName => PDFName.of(text);

type Source = Uint8Array | string;

/** Chapters of a book by their titles: a file's bytes, or why it is missing. */
async function chaptersOf(
  folder: TemporaryFolder,
  sources: Readonly<Record<string, Source>>,
): Promise<readonly Chapter[]> {
  const chapters: Chapter[] = [];
  for (const [index, [title, source]] of Object.entries(sources).entries()) {
    const url = `https://example.org/${index + 1}.pdf`;
    if (typeof source === "string") chapters.push({ title, url, source: { missing: source } });
    else {
      const file = await folder.write(`source-${index + 1}.pdf`, source);
      chapters.push({ title, url, source: { file } });
    }
  }
  return chapters;
}

async function bind(
  folder: TemporaryFolder,
  sources: Readonly<Record<string, Source>>,
  options: Partial<BookOptions> = {},
): Promise<BoundBook> {
  const chapters = await chaptersOf(folder, sources);
  const path = join(folder.path, "book.pdf");
  return await bindBook(chapters, { path, title: "A book", ...options });
}

async function bound(
  sources: Readonly<Record<string, Source>>,
  options: Partial<BookOptions> = {},
): Promise<
  Awaited<ReturnType<typeof readBook>> & { readonly result: BoundBook; readonly bytes: Buffer }
> {
  await using folder = await temporaryFolder();
  const result = await bind(folder, sources, options);
  const bytes = await readFile(join(folder.path, "book.pdf"));
  return { ...(await readBook(bytes)), result, bytes };
}

/** A file of so many pages of its own size, 100 points for each page's number. */
function numbered(first: number, count: number, catalog = ""): Buffer {
  const objects = rawPages(count, catalog);
  for (let page = 0; page < count; page += 1) {
    objects[page + 3] = `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${first + page} 100] >>`;
  }
  return rawPdf({ objects });
}

test("chapters stand in the order given, each with an entry that has its link's text", async () => {
  const { document, outline, result } = await bound({
    "Zweitens: «ő» 中": numbered(100, 2),
    "  First\n\x07 \u2028one ": numbered(200, 1),
  });
  expect(document.getPages().map((page) => page.getWidth())).toEqual([100, 101, 200, 595]);
  expect(outline).toEqual([
    { title: "Zweitens: «ő» 中", page: 0, children: [] },
    { title: "First one", page: 2, children: [] },
    { title: "Sources", page: 3, children: [] },
  ]);
  expect(result).toMatchObject({ state: "new", pages: 4, skipped: [], damaged: [] });
});

test("the same chapters give the same bytes, and an unchanged book is not touched", async () => {
  await using folder = await temporaryFolder();
  const sources = { One: numbered(100, 3), Two: "404 Not Found" };
  const path = join(folder.path, "book.pdf");
  await bind(folder, sources, { date: DATE });
  const before = await stat(path, { bigint: true });
  const first = await readFile(path);
  expect(await bind(folder, sources, { date: DATE })).toMatchObject({ state: "unchanged" });
  const after = await stat(path, { bigint: true });
  expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  await bind(folder, sources, { date: DATE, path: join(folder.path, "other.pdf") });
  expect((await readFile(join(folder.path, "other.pdf"))).equals(first)).toBe(true);
  expect(await folder.names()).toEqual(["book.pdf", "other.pdf", "source-1.pdf"]);
});

test("another file at the path stays unless it may be overwritten", async () => {
  await using folder = await temporaryFolder();
  await folder.write("book.pdf", "mine");
  await expect(bind(folder, { One: numbered(1, 1) })).rejects.toThrow(PathTaken);
  expect(await folder.read("book.pdf")).toBe("mine");
  expect(await folder.names()).toEqual(["book.pdf", "source-1.pdf"]);
  const result = await bind(folder, { One: numbered(1, 1) }, { exists: "overwrite" });
  expect(result.state).toBe("replaced");
});

test("a file that begins like the book is another", async () => {
  await using folder = await temporaryFolder();
  await bind(folder, { One: numbered(1, 1) });
  const book = await readFile(join(folder.path, "book.pdf"));
  await folder.write("book.pdf", Buffer.concat([book, Buffer.from("%")]));
  const result = await bind(folder, { One: numbered(1, 1) }, { exists: "overwrite" });
  expect(result.state).toBe("replaced");
  expect((await readFile(join(folder.path, "book.pdf"))).equals(book)).toBe(true);
});

test("of no chapter there is no book, and what was there stays", async () => {
  await using folder = await temporaryFolder();
  await folder.write("book.pdf", "mine");
  const result = await bind(folder, { One: "410 Gone" }, { exists: "overwrite" });
  expect(result).toMatchObject({ state: "none", pages: 0 });
  expect(await folder.names()).toEqual(["book.pdf"]);
});

test("a run that was killed leaves a part that the next one with its id removes", async () => {
  await using folder = await temporaryFolder();
  await folder.write(".fanfetch-r1-book-0.part", "half");
  await folder.write(".fanfetch-r2-book-0.part", "another's");
  await bind(folder, { One: numbered(1, 1) }, { id: "r1" });
  expect(await folder.names()).toEqual([".fanfetch-r2-book-0.part", "book.pdf", "source-1.pdf"]);
});

test("a signal ends it, and nothing is left", async () => {
  await using folder = await temporaryFolder();
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(bind(folder, { One: numbered(1, 1) }, { signal })).rejects.toThrow("enough");
  expect(await folder.names()).toEqual(["source-1.pdf"]);
});

test("each chapter that cannot be read is named with one reason, the others are bound", async () => {
  await using folder = await temporaryFolder();
  const locked = await PDFDocument.create();
  locked.addPage();
  locked.encrypt({ userPassword: "secret" });
  const loop = join(folder.path, "loop");
  await symlink("loop", loop);
  const chapters = [
    ...(await chaptersOf(folder, {
      Locked: await locked.save(),
      Page: Buffer.from("<!doctype html>"),
      Cut: numbered(1, 40).subarray(0, 2000),
      Empty: rawPdf({ objects: rawPages(0) }),
      Large: numbered(1, 1000),
      Good: numbered(7, 1),
      Absent: "404 Not Found",
    })),
    { title: "Gone", url: "https://example.org/8", source: { file: join(folder.path, "none") } },
    { title: "Loop", url: "https://example.org/9", source: { file: loop } },
  ];
  const path = join(folder.path, "book.pdf");
  const result = await bindBook(chapters, { path, title: "A book", maxChapterBytes: 20_000 });
  const remarks = result.skipped.map(({ chapter, why }) => `${chapter.title} ${why}`);
  expect(remarks).toEqual([
    "Locked is encrypted with a password",
    "Page is not a PDF",
    "Cut ends too early",
    "Empty has no pages",
    expect.stringMatching(/^Large is larger than a chapter may be: \d+ of 20000 bytes$/),
    "Absent is missing: 404 Not Found",
    "Gone cannot be read: no such file or directory",
    expect.stringMatching(/^Loop cannot be read: /),
  ]);
  expect((await readBook(await readFile(path))).outline.map(({ title }) => title)).toEqual([
    "Good",
    "Sources",
  ]);
});

test("a chapter of which only a part can be read says so", async () => {
  const objects = { ...rawPages(3), 2: "<< /Type /Pages /Kids [3 0 R 9 0 R 5 0 R] /Count 3 >>" };
  const { result } = await bound({ Torn: rawPdf({ objects }) });
  expect(result.damaged.map(({ chapter, why }) => `${chapter.title} ${why}`)).toEqual([
    "Torn is damaged: 2 of its 3 pages could be read",
  ]);
});

describe("what chapters have", () => {
  test("links to pages of their own lead there, by whatever name", async () => {
    const link = (what: string): string =>
      `<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] ${what} >>`;
    const objects = {
      ...rawPages(2, "/Dests << /old [4 0 R /Fit] >> /Names << /Dests 8 0 R >>"),
      3: "<< /Type /Page /Parent 2 0 R /Annots [10 0 R 11 0 R 12 0 R 13 0 R 14 0 R 15 0 R 16 0 R 17 0 R] >>",
      8: "<< /Kids [8 0 R 9 0 R] >>",
      9: "<< /Names [(new\\051) << /D [4 0 R /XYZ 1 2 0] >> <02> [3 0 R /Fit]] >>",
      10: link("/Dest [4 0 R /Fit]"),
      11: link("/Dest /old"),
      12: link("/Dest (new\\))"),
      13: link("/A << /S /GoTo /D <02> >>"),
      14: link("/A << /S /GoTo /D [1 /Fit] >>"),
      15: link("/Dest (unknown)"),
      16: link("/A << /S /URI /URI (https://example.com/) >>"),
      17: link("/A << /S /Launch /F (evil.exe) >>"),
    };
    const { links } = await bound({ Before: numbered(1, 5), Links: rawPdf({ objects }) });
    expect(links[5]).toEqual([6, 6, 6, 5, 6, "nowhere", "https://example.com/", "nowhere"]);
  });

  test("their outlines come below their entries", async () => {
    const objects = {
      ...rawPages(2, "/Outlines 10 0 R"),
      10: "<< /Type /Outlines /First 11 0 R /Last 12 0 R /Count 2 >>",
      11: "<< /Title (Intro) /Parent 10 0 R /Next 12 0 R /Dest [3 0 R /Fit] >>",
      12: "<< /Title <FEFF00DC> /Parent 10 0 R /Prev 11 0 R /First 13 0 R /Last 13 0 R /Count 1 /A << /S /GoTo /D [4 0 R /Fit] >> >>",
      13: "<< /Title (Below) /Parent 12 0 R /A << /S /JavaScript /JS (app.alert\\(1\\)) >> >>",
    };
    const { document, outline, bytes } = await bound({
      A: numbered(1, 1),
      B: rawPdf({ objects }),
    });
    expect(outline[1]).toEqual({
      title: "B",
      page: 1,
      children: [
        { title: "Intro", page: 1, children: [] },
        { title: "Ü", page: 2, children: [{ title: "Below", page: undefined, children: [] }] },
      ],
    });
    expect(bytes.includes("JavaScript")).toBe(false);
    const outlines = document.catalog.lookup(name("Outlines"), PDFDict);
    const chapter = outlines.lookup(name("Last"), PDFDict).lookup(name("Prev"), PDFDict);
    const counts = [outlines, chapter].map((dict) =>
      dict.lookup(name("Count"), PDFNumber).asNumber(),
    );
    // Three chapters are seen, and what is below them once they are opened: two and one, open itself.
    expect(counts).toEqual([3, -3]);
  });

  test("an outline that runs in circles ends", async () => {
    const objects = {
      ...rawPages(1, "/Outlines 10 0 R"),
      10: "<< /First 11 0 R >>",
      11: "<< /Title (a) /Next 12 0 R /First 11 0 R >>",
      12: "<< /Title (b) /Next 11 0 R /First 10 0 R >>",
    };
    const { outline } = await bound({ Circle: rawPdf({ objects }) });
    expect(outline[0]?.children.map(({ title }) => title)).toEqual(["a", "b"]);
  });

  test("pages have what they have from above", async () => {
    const objects = {
      1: "<< /Type /Catalog /Pages 2 0 R >>",
      2: "<< /Type /Pages /Kids [5 0 R] /Count 2 /Rotate 90 /MediaBox [0 0 11 12] >>",
      5: "<< /Type /Pages /Parent 2 0 R /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 21 22] >>",
      3: "<< /Type /Page /Parent 5 0 R >>",
      4: "<< /Type /Page /Parent 5 0 R /Rotate 0 >>",
    };
    const { document } = await bound({ A: rawPdf({ objects }) });
    const [first, second] = document.getPages();
    expect([first!.getWidth(), first!.getRotation().angle]).toEqual([21, 90]);
    expect([second!.getWidth(), second!.getRotation().angle]).toEqual([21, 0]);
  });

  test("page labels of their own, else the page's number in the book", async () => {
    const labels = "/PageLabels << /Nums [0 << /S /r >> 2 << /S /D /P (A-) >>] >>";
    const { document } = await bound({
      A: numbered(1, 2),
      B: numbered(1, 3, labels),
      C: numbered(1, 1),
    });
    const nums = document.catalog
      .lookup(name("PageLabels"), PDFDict)
      .lookup(name("Nums"), PDFArray);
    const read = nums
      .asArray()
      .map((item) => String(document.context.lookup(item)).replaceAll("\n", " "));
    expect(read).toEqual([
      ...["0", "<< /S /D /St 1 >>", "2", "<< /S /r >>", "4", "<< /S /D /P (A-) >>"],
      ...["5", "<< /S /D /St 6 >>", "6", "<< /S /D /St 7 >>"],
    ]);
  });

  test("fields of one name in two chapters stay two", async () => {
    async function form(value: string): Promise<Uint8Array> {
      const document = await PDFDocument.create();
      const field = document.getForm().createTextField("answer");
      field.addToPage(document.addPage());
      field.setText(value);
      return await document.save();
    }
    const { document } = await bound({ A: await form("one"), B: await form("two") });
    const fields = document.getForm().getFields();
    expect(fields.map((field) => field.getName())).toEqual([
      "chapter 1.answer",
      "chapter 2.answer",
    ]);
    expect(document.getForm().getTextField("chapter 2.answer").getText()).toBe("two");
  });

  test("layers that are hidden stay hidden", async () => {
    const objects = {
      ...rawPages(1, "/OCProperties << /OCGs [8 0 R 9 0 R] /D << /OFF [9 0 R] >> >>"),
      8: "<< /Type /OCG /Name (seen) >>",
      9: "<< /Type /OCG /Name (hidden) >>",
    };
    const { document } = await bound({ A: numbered(1, 1), B: rawPdf({ objects }) });
    expect(document.getOptionalContentGroups().map((group) => [group.name, group.visible])).toEqual(
      [
        ["seen", true],
        ["hidden", false],
      ],
    );
  });

  test("what runs by itself is left out", async () => {
    const objects = {
      ...rawPages(1, "/OpenAction << /S /JavaScript /JS (1) >> /AA << /WC 8 0 R >>"),
      3: "<< /Type /Page /Parent 2 0 R /AA << /O 8 0 R >> /Annots [9 0 R] >>",
      8: "<< /S /Launch /F (evil.exe) >>",
      9: "<< /Type /Annot /Subtype /Link /Rect [0 0 1 1] /A << /S /URI /URI (https://example.com/) /Next 8 0 R >> >>",
    };
    const { document, links } = await bound({ A: rawPdf({ objects }) });
    const text = document.context
      .enumerateIndirectObjects()
      .map(([, object]) => String(object))
      .join("\n");
    expect(text).not.toMatch(/JavaScript|Launch|OpenAction|\/AA/);
    expect(links[0]).toEqual(["https://example.com/"]);
  });

  test("a chain of links as long as the file is no depth", async () => {
    const count = 20_000;
    const objects = rawPages(count);
    for (let page = 0; page < count; page += 1) {
      const next = ((page + 1) % count) + 3;
      const link = `<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /Dest [${next} 0 R /Fit] >>`;
      objects[page + 3] = `<< /Type /Page /Parent 2 0 R /Annots [${link}] >>`;
    }
    const { result } = await bound({ Long: rawPdf({ objects }) }, { colophon: "none" });
    expect(result).toMatchObject({ pages: count, skipped: [], damaged: [] });
  });

  test("an object that many pages need is copied once", async () => {
    const image = rawStream("x".repeat(50_000));
    const objects: Record<number, string> = { ...rawPages(20), 99: image };
    for (let page = 3; page < 23; page += 1) {
      objects[page] = "<< /Type /Page /Parent 2 0 R /Resources << /XObject << /I 99 0 R >> >> >>";
    }
    const { bytes, document } = await bound({ A: rawPdf({ objects }) });
    expect(bytes.length).toBeLessThan(70_000);
    const streams = document.context
      .enumerateIndirectObjects()
      .filter(([, object]) => object instanceof PDFRawStream && object.contents.length === 50_000);
    expect(streams).toHaveLength(1);
  });

  test("what was encrypted is not any more", async () => {
    const source = await PDFDocument.create();
    const font = await source.embedFont(StandardFonts.Helvetica);
    source.addPage().drawText("Hidden words", { font });
    source.encrypt({ ownerPassword: "owner" });
    const { document, result, bytes } = await bound({ A: await source.save() });
    expect(result.skipped).toEqual([]);
    expect(bytes.includes("/Encrypt")).toBe(false);
    expect(document.isEncrypted).toBe(false);
  });
});

describe("what the book says of itself", () => {
  test("title, source and the date it was given, never the clock's", async () => {
    const about = { title: "Ein Buch & mehr <b>", url: "https://example.org/?a=1&b=2" };
    const { document, bytes } = await bound({ A: numbered(1, 1) }, { ...about, date: DATE });
    expect(document.getTitle()).toBe(about.title);
    expect(document.getSubject()).toBe(about.url);
    expect(document.getCreationDate()).toEqual(DATE);
    expect(bytes.toString()).toContain("<dc:source>https://example.org/?a=1&amp;b=2</dc:source>");
    expect(bytes.toString()).toContain("Ein Buch &amp; mehr &lt;b&gt;</rdf:li>");
    const without = await bound({ A: numbered(1, 1) });
    expect(without.document.getCreationDate()).toBeUndefined();
    expect(without.bytes.toString()).not.toContain("CreateDate");
  });

  test("no pages at the end when they are not wanted", async () => {
    const { document, outline } = await bound({ A: numbered(1, 2) }, { colophon: "none" });
    expect(document.getPageCount()).toBe(2);
    expect(outline.map(({ title }) => title)).toEqual(["A"]);
  });

  test("as many pages at the end as many chapters need", async () => {
    const missing = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [
        `Chapter ${index} ${"x".repeat(200)}`,
        "404 Not Found",
      ]),
    );
    const { result, document } = await bound({ A: numbered(1, 1), ...missing });
    expect(document.getPageCount()).toBe(result.pages);
    expect(result.pages).toBeGreaterThan(8);
  });
});
