import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { PDFDocument } from "@cantoo/pdf-lib";
import { afterAll, beforeAll, expect, test } from "vitest";

import { bindBook, type BoundBook, type Chapter } from "../../src/sinks/book.ts";
import { isInstalled } from "../servers/server.ts";
import { type ReadBook, readBook, type ReadEntry } from "../support/read-book.ts";
import { withSuite } from "./suites.ts";

/** The one file of the suite that no reader opens without its password. */
const REFUSED = "005-libreoffice-writer-password/libreoffice-writer-password.pdf";

interface Sample {
  readonly path: string;
  readonly pages: number;
}

interface Bound extends Sample {
  readonly source: ReadBook;
  /** Pages before it. */
  readonly from: number;
}

withSuite("pdf-samples", (suite) => {
  const { data } = JSON.parse(readFileSync(join(suite, "files.json"), "utf8")) as {
    readonly data: readonly Sample[];
  };
  const pagesOf = new Map(data.map(({ path, pages }) => [path, pages]));
  const paths = readdirSync(suite, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".pdf"))
    .map((path) => path.replaceAll("\\", "/"))
    .toSorted();
  const directory = mkdtempSync(join(tmpdir(), "fanfetch-pdf-"));
  const path = join(directory, "book.pdf");
  const chapters: readonly Chapter[] = paths.map((file) => ({
    title: `Chapter ${file}`,
    url: `https://example.org/${file}`,
    source: { file: join(suite, file) },
  }));
  const bound: Bound[] = [];
  let result: BoundBook;
  let book: ReadBook;

  beforeAll(async () => {
    result = await bindBook(chapters, { path, title: "All samples" });
    book = await readBook(readFileSync(path));
    let from = 0;
    for (const file of paths.filter((name) => name !== REFUSED)) {
      const source = await readBook(readFileSync(join(suite, file)));
      const pages = source.document.getPageCount();
      bound.push({ path: file, pages, source, from });
      from += pages;
    }
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test("the suite has its 28 files, and says how many pages each has", () => {
    expect(paths).toHaveLength(28);
    expect(bound.map(({ path: file, pages }) => [file, pages])).toEqual(
      bound.map(({ path: file, pages }) => [file, pagesOf.get(file) ?? pages]),
    );
  });

  test("27 are bound whole, the one with a password is named with its reason", () => {
    const remarks = result.skipped.map(({ chapter, why }) => `${chapter.title} ${why}`);
    expect(remarks).toEqual([`Chapter ${REFUSED} is encrypted with a password`]);
    expect(result.damaged).toEqual([]);
    const pages = bound.reduce((sum, chapter) => sum + chapter.pages, 0);
    expect(book.document.getPageCount()).toBe(result.pages);
    expect(result.pages).toBeGreaterThan(pages);
  });

  test("each chapter has an entry that leads to its first page, and its outline below it", () => {
    const expected = bound.map(({ path: file, from, source }) => ({
      title: `Chapter ${file}`,
      page: from,
      children: titles(source.outline),
    }));
    const found = book.outline.map((entry) => ({ ...entry, children: titles(entry.children) }));
    expect(found.slice(0, -1)).toEqual(expected);
    expect(found.at(-1)!.title).toBe("Sources");
    expect(bound.filter(({ source }) => source.outline.length > 0)).toHaveLength(2);
  });

  test("every entry of an outline leads to a page of its own chapter", () => {
    const within = bound.map(({ from, pages, source }, index) => {
      const targets = flat(book.outline[index]!.children).map(({ page }) => page);
      const own = targets.filter(
        (page) => page !== undefined && page >= from && page < from + pages,
      );
      return [own.length, flat(source.outline).length];
    });
    expect(within.map(([own]) => own)).toEqual(within.map(([, all]) => all));
  });

  test("every link leads where it led, within its chapter", async () => {
    let inner = 0;
    for (const { from, pages, source } of bound) {
      for (let page = 0; page < pages; page += 1) {
        for (const [index, target] of source.links[page]!.entries()) {
          const led = book.links[from + page]![index]!;
          if (typeof target === "number") expect(led).toBe(from + target);
          else if (target !== "nowhere") expect(led).toBe(target);
          // The library leaves named destinations as they are: those lead nowhere only to it.
          else
            expect(led).toSatisfy((to: unknown) => Number(to) >= from && Number(to) < from + pages);
          if (typeof led === "number") inner += 1;
        }
        expect(book.links[from + page]).toHaveLength(source.links[page]!.length);
      }
    }
    expect(inner).toBeGreaterThan(5);
  });

  test("pages keep their sizes and turns", () => {
    const shape = ({ document }: ReadBook): unknown[] =>
      document.getPages().map((page) => [page.getSize(), page.getRotation().angle]);
    const expected = bound.flatMap(({ source }) => shape(source));
    expect(shape(book).slice(0, expected.length)).toEqual(expected);
  });

  test("the same files give the same bytes, whatever else was bound before", async () => {
    const again = join(directory, "again.pdf");
    await bindBook(chapters.toReversed(), { path: again, title: "Backwards" });
    const state = await bindBook(chapters, {
      path: again,
      title: "All samples",
      exists: "overwrite",
    });
    expect(state.state).toBe("replaced");
    expect(readFileSync(again).equals(readFileSync(path))).toBe(true);
  });

  test("the book is a file that can be bound into another", async () => {
    const shelf = join(directory, "shelf.pdf");
    const chapter = { title: "Book", url: "https://example.org/book", source: { file: path } };
    const twice = await bindBook([chapter, chapter], {
      path: shelf,
      title: "Shelf",
      colophon: "none",
    });
    expect(twice).toMatchObject({ pages: 2 * result.pages, skipped: [], damaged: [] });
    const read = await readBook(readFileSync(shelf));
    expect(read.outline[1]!.children.map(({ title }) => title)).toEqual(
      book.outline.map(({ title }) => title),
    );
  });

  whereInstalled("qpdf", ["--version"], () => {
    test("qpdf finds no error in the book", () => {
      const { stdout, stderr, status } = spawnSync("qpdf", ["--check", path], { encoding: "utf8" });
      expect({ status, said: stderr }).toEqual({ status: 0, said: "" });
      expect(stdout).toContain("No syntax or stream encoding errors found");
    });

    test.each([
      ["40", "--allow-weak-crypto"],
      ["128", "--allow-weak-crypto", "--use-aes=n"],
      ["128", "--use-aes=y"],
      ["256"],
    ])(
      "what qpdf encrypted for its owner is read as before: %s %s %s",
      async (bits, ...options) => {
        const plain = join(suite, "006-pdflatex-outline/pdflatex-outline.pdf");
        const locked = join(directory, "locked.pdf");
        const weak = options.filter((option) => option === "--allow-weak-crypto");
        const kind = options.filter((option) => option !== "--allow-weak-crypto");
        const encrypt = ["--encrypt", "", "owner", bits, ...kind, "--"];
        const { status, stderr } = spawnSync("qpdf", [...weak, ...encrypt, plain, locked], {
          encoding: "utf8",
        });
        expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
        const made = join(directory, "made.pdf");
        const unlocked = await bindBook(
          [{ title: "A", url: "https://example.org/a", source: { file: locked } }],
          { path: made, title: "A", colophon: "none", exists: "overwrite" },
        );
        expect(unlocked).toMatchObject({ pages: 4, skipped: [], damaged: [] });
        const read = await readBook(readFileSync(made));
        const source = await readBook(readFileSync(plain));
        expect(titles(read.outline[0]!.children)).toEqual(titles(source.outline));
        expect(spawnSync("qpdf", ["--check", made]).status).toBe(0);
        if (isInstalled("pdftotext", "-v")) expect(textOf(made)).toBe(textOf(plain));
      },
    );
  });

  whereInstalled("pdftotext", ["-v"], () => {
    test("poppler reads the text of each chapter in its place, without complaint", () => {
      for (const { path: file, from, pages } of bound) {
        const inBook = textOf(path, from + 1, from + pages);
        expect(inBook, file).toBe(textOf(join(suite, file)));
      }
    });

    test("the last pages name the chapters, and what is missing with its reason", () => {
      const first = bound.reduce((sum, chapter) => sum + chapter.pages, 0) + 1;
      const text = textOf(path, first, result.pages).replace(/\s+/g, "");
      for (const { title, url } of chapters) {
        expect(text).toContain(title.replace(/\s+/g, ""));
        expect(text).toContain(url);
      }
      expect(text).toContain(`Chapter${REFUSED}isencryptedwithapassword`);
    });

    test("letters that the font of the last pages lacks are still found", async () => {
      const title = "Über «Ünicode»: 中文, Ελληνικά, ő – “x”";
      const blank = await PDFDocument.create();
      blank.addPage();
      writeFileSync(join(directory, "blank.pdf"), await blank.save());
      const file = join(directory, "letters.pdf");
      const chapter = {
        title,
        url: "https://example.org/x",
        source: { file: join(directory, "blank.pdf") },
      };
      await bindBook([chapter], { path: file, title: "Letters" });
      expect(textOf(file)).toContain(`${title} (page 1)`);
    });
  });

  whereInstalled("pdfinfo", ["-v"], () => {
    test("poppler sees title, source and date", async () => {
      const file = join(directory, "about.pdf");
      await bindBook([chapters[0]!], {
        path: file,
        title: "Title",
        url: "https://example.org/",
        date: new Date("2026-03-04T05:06:07Z"),
      });
      const { stdout, stderr } = spawnSync("pdfinfo", ["-isodates", file], { encoding: "utf8" });
      expect(stderr).toBe("");
      expect(stdout).toMatch(/^Title:\s+Title$/m);
      expect(stdout).toMatch(/^Subject:\s+https:\/\/example\.org\/$/m);
      expect(stdout).toMatch(/^CreationDate:\s+2026-03-04T05:06:07/m);
      expect(stdout).toMatch(/^Pages:\s+2$/m);
    });
  });
});

/** Registers tests that need a program of Debian's poppler-utils or qpdf; skips them where it is not. */
function whereInstalled(program: string, version: readonly string[], register: () => void): void {
  if (isInstalled(program, ...version)) return register();
  test.skip(`${program} is not installed: apt-get install poppler-utils qpdf`, () => {});
}

/** The text of some pages as poppler reads it. */
function textOf(file: string, first = 1, last = 0): string {
  const range = ["-f", String(first), ...(last === 0 ? [] : ["-l", String(last)])];
  const { stdout, status } = spawnSync("pdftotext", ["-layout", ...range, file, "-"], {
    encoding: "utf8",
  });
  expect(status).toBe(0);
  return stdout;
}

function titles(entries: readonly ReadEntry[]): unknown[] {
  return entries.map(({ title, children }) => [
    title.replace(/\s+/g, " ").trim(),
    titles(children),
  ]);
}

function flat(entries: readonly ReadEntry[]): readonly ReadEntry[] {
  return entries.flatMap((entry) => [entry, ...flat(entry.children)]);
}
