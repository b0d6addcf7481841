import { deflateSync } from "node:zlib";

import {
  type PDFArray,
  PDFDocument,
  PDFName,
  type PDFNumber,
  PDFRawStream,
  PDFHexString,
} from "@cantoo/pdf-lib";
import { describe, expect, test } from "vitest";

import { rawPages, rawPdf, rawStream } from "../../test/support/raw-pdf.ts";
import { PdfFault } from "./pdf-fault.ts";
import { PdfFile } from "./pdf-file.ts";
import { listPages } from "./pdf-pages.ts";
import { isText } from "./pdf-reader.ts";

const name = (text: string): PDFName => PDFName.of(text);

function pagesOf(bytes: Uint8Array): number {
  return listPages(new PdfFile(bytes)).pages.length;
}

describe("what is refused, and why", () => {
  test.each([
    ["is not a PDF", Buffer.from("<!doctype html><title>404</title>")],
    ["is not a PDF", Buffer.alloc(0)],
    ["is not a PDF", Buffer.concat([Buffer.alloc(1025, 32), rawPdf({ objects: rawPages(1) })])],
    ["ends too early", rawPdf({ objects: rawPages(30) }).subarray(0, 900)],
    ["has no list of pages", rawPdf({ objects: {}, table: "none" })],
  ])("%s", (words, bytes) => {
    expect(() => pagesOf(bytes)).toThrow(new PdfFault(words));
  });

  test("only readers with a certificate: another handler than the standard one", () => {
    const trailer = "/Encrypt << /Filter /Adobe.PubSec /V 4 >>";
    expect(() => new PdfFile(rawPdf({ objects: rawPages(1), trailer }))).toThrow(
      new PdfFault("is encrypted for certain readers only"),
    );
  });
});

test("of an object that was saved again the newest is read, of one deleted nothing", () => {
  const first = rawPdf({ objects: { ...rawPages(1), 4: "(old)", 5: "(gone)" } }).toString("latin1");
  const newer = "4 0 obj\n(new)\nendobj\n";
  const place = String(first.length).padStart(10, "0");
  const table = `xref\n4 2\n${place} 00000 n \n0000000000 00001 f \n`;
  const before = /startxref\n(\d+)/.exec(first)![1];
  const end = `trailer << /Root 1 0 R /Size 6 /Prev ${before} >>\nstartxref\n${first.length + newer.length}\n%%EOF\n`;
  const file = new PdfFile(Buffer.from(first + newer + table + end, "latin1"));
  expect(String(file.byNumber(4))).toBe("(new)");
  expect(file.byNumber(5)).toBeUndefined();
  expect(file.scanned).toBe(false);
});

describe("what is read although it is damaged", () => {
  test("a table that is wrong or absent: the objects are searched for", () => {
    for (const table of ["wrong", "none"] as const) {
      const file = new PdfFile(rawPdf({ objects: rawPages(3), table }));
      expect(listPages(file).pages).toHaveLength(3);
      expect(file.scanned).toBe(true);
    }
  });

  test("something before the signature: offsets count from it", () => {
    const file = new PdfFile(
      Buffer.concat([Buffer.from("HTTP junk\r\n"), rawPdf({ objects: rawPages(2) })]),
    );
    expect(listPages(file).pages).toHaveLength(2);
    expect(file.scanned).toBe(false);
  });

  test("a stream whose length is wrong, or in itself", () => {
    for (const length of ["3", "9999999", "4 0 R", "(x)"]) {
      const objects = {
        ...rawPages(1),
        4: `<< /Length ${length} >>\nstream\nhello world\nendstream`,
      };
      const stream = new PdfFile(rawPdf({ objects })).byNumber(4);
      expect(stream).toBeInstanceOf(PDFRawStream);
      expect(Buffer.from((stream as PDFRawStream).contents).toString()).toBe("hello world");
    }
  });

  test("a list of pages that counts more than it has", () => {
    const objects = { ...rawPages(2), 2: "<< /Type /Pages /Kids [3 0 R 9 0 R 4 0 R] /Count 3 >>" };
    const { pages, declared } = listPages(new PdfFile(rawPdf({ objects })));
    expect(pages).toHaveLength(2);
    expect(declared).toBe(3);
  });

  test("a list of pages without any: pages are taken in the order of their numbers", () => {
    const objects = { ...rawPages(3), 2: "<< /Type /Pages /Kids [9 0 R] /Count 3 >>" };
    expect(listPages(new PdfFile(rawPdf({ objects }))).pages.map(({ number }) => number)).toEqual([
      3, 4, 5,
    ]);
  });

  test("a catalog without a list of pages has the pages that there are", () => {
    expect(pagesOf(rawPdf({ objects: { ...rawPages(2), 1: "<< /Type /Catalog >>" } }))).toBe(2);
  });

  test("no catalog in the trailer: the one that says so", () => {
    const bytes = rawPdf({ objects: rawPages(2) });
    const text = bytes.toString("latin1").replace("/Root 1 0 R", "/Root 9 0 R");
    expect(pagesOf(Buffer.from(text, "latin1"))).toBe(2);
  });

  test("objects in streams, found without a table", async () => {
    const document = await PDFDocument.create();
    for (let page = 0; page < 5; page += 1) document.addPage();
    const saved = Buffer.from(await document.save({ useObjectStreams: true }));
    const broken = saved.toString("latin1").replace(/startxref\n\d+/, "startxref\n7");
    const file = new PdfFile(Buffer.from(broken, "latin1"));
    expect(file.scanned).toBe(true);
    expect(listPages(file).pages).toHaveLength(5);
    expect(file.dict(file.catalog.get(name("Pages")))).toBeDefined();
  });

  test("numbers as some writers have them", () => {
    const objects = { ...rawPages(1), 4: "[ --5 +.5 4. - 99999999999999999999 00012 ]" };
    const array = new PdfFile(rawPdf({ objects })).byNumber(4) as PDFArray;
    expect(array.asArray().map((item) => (item as PDFNumber).asNumber())).toEqual([
      -5,
      0.5,
      4,
      0,
      Number.MAX_SAFE_INTEGER,
      12,
    ]);
  });
});

describe("what asks for endless work", () => {
  test("a page tree with loops ends, each page once", () => {
    const objects = {
      ...rawPages(2),
      2: "<< /Type /Pages /Kids [3 0 R 2 0 R 5 0 R 3 0 R 4 0 R] /Count 4 >>",
      5: "<< /Type /Pages /Kids [2 0 R 5 0 R 4 0 R] /Count 9 >>",
    };
    expect(pagesOf(rawPdf({ objects }))).toBe(2);
  });

  test("references in a circle are nothing", () => {
    const file = new PdfFile(rawPdf({ objects: { ...rawPages(1), 4: "5 0 R", 5: "4 0 R" } }));
    expect(file.get(file.byNumber(4))).toBeUndefined();
  });

  test("tables in a circle are read once", () => {
    const bytes = rawPdf({ objects: rawPages(1) });
    const start = bytes.toString("latin1").lastIndexOf("xref\n0 1");
    expect(
      pagesOf(rawPdf({ objects: rawPages(1), trailer: `/Prev ${start} /XRefStm ${start}` })),
    ).toBe(1);
  });

  test("deep nesting makes an object that is not there", () => {
    for (const [open, close] of [
      ["[", "]"],
      ["<</A", ">>"],
    ] as const) {
      const deep = open.repeat(100_000) + close.repeat(100_000);
      const file = new PdfFile(rawPdf({ objects: { ...rawPages(1), 4: deep } }));
      expect(file.byNumber(4)).toBeUndefined();
      expect(listPages(file).pages).toHaveLength(1);
    }
  });

  test("a stream that unpacks to gigabytes is refused before it does", () => {
    const bomb = deflateSync(Buffer.alloc(200 * 2 ** 20)).toString("latin1");
    const packed = rawStream(bomb, "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode");
    const bytes = rawPdf({ objects: { ...rawPages(1), 9: packed }, table: "none" });
    expect(() => new PdfFile(bytes)).toThrow(/unpacks to more than a file of its size should/);
  });

  test("objects that share their bytes cost what they cost together", () => {
    const count = 2000;
    const pairs = Array.from({ length: count }, (_, index) => `${100 + index} 0`).join(" ");
    const shared = `${pairs} [${"1 ".repeat(100_000)}]`;
    const entries = `/Type /ObjStm /N ${count} /First ${pairs.length + 1} /Filter /FlateDecode`;
    const packed = rawStream(deflateSync(Buffer.from(shared)).toString("latin1"), entries);
    const file = new PdfFile(rawPdf({ objects: { ...rawPages(1), 9: packed }, table: "none" }));
    expect(() => {
      for (const number of file.numbers()) file.byNumber(number);
    }).toThrow(/asks for more work than a file of its size should/);
  });

  test("a million of what is small in a file and large in memory is refused", () => {
    const objects = { ...rawPages(1), 4: `[${"<<>>".repeat(1_000_000)}]` };
    const file = new PdfFile(rawPdf({ objects }));
    expect(() => file.byNumber(4)).toThrow(/asks for more work than a file of its size should/);
  });

  test("streams without an end are not searched for again and again", () => {
    const objects: Record<number, string> = rawPages(1);
    for (let number = 10; number < 5000; number += 1) objects[number] = "<< >>\nstream\n";
    const bytes = rawPdf({ objects });
    const file = new PdfFile(bytes);
    expect(() => {
      for (const number of file.numbers()) file.byNumber(number);
    }).toThrow(PdfFault);
  });

  test("a table of a billion entries has those that its bytes have", () => {
    const table = rawStream(
      "\x01\0\x09",
      "/Type /XRef /W [1 1 1] /Index [0 999999999] /Size 999999999 /Root 1 0 R",
    );
    const text = rawPdf({ objects: { ...rawPages(1), 7: table } }).toString("latin1");
    const start = text.indexOf("7 0 obj");
    const bytes = Buffer.from(text.replace(/startxref\n\d+/, `startxref\n${start}`), "latin1");
    expect(pagesOf(bytes)).toBe(1);
  });
});

describe("what is encrypted", () => {
  const SECRET = "Größe (1) \\ 2";

  async function encrypted(
    algorithm: "RC4-40" | "RC4-128" | "AES-128" | "AES-256",
    userPassword?: string,
  ): Promise<Uint8Array> {
    const document = await PDFDocument.create();
    const page = document.addPage();
    page.node.set(
      name("Secret"),
      document.context.register(document.context.obj({ Text: PDFHexString.fromText(SECRET) })),
    );
    page.node.set(
      name("Contents"),
      document.context.register(document.context.stream("0 0 m % (x)")),
    );
    document.encrypt({
      ownerPassword: "owner",
      ...(userPassword === undefined ? {} : { userPassword }),
      algorithm,
      allowWeakCryptography: true,
    });
    return await document.save({ useObjectStreams: true });
  }

  const ALGORITHMS = ["RC4-40", "RC4-128", "AES-128", "AES-256"] as const;

  test.each(ALGORITHMS)("with an owner's password only, it is read: %s", async (algorithm) => {
    const bytes = await encrypted(algorithm);
    expect(Buffer.from(bytes).includes("/Encrypt")).toBe(true);
    const file = new PdfFile(bytes);
    const page = listPages(file).pages[0]!.dict;
    const text = file.dict(page.get(name("Secret")))?.get(name("Text"));
    expect(isText(text) && text.decodeText()).toBe(SECRET);
    const contents = file.get(page.get(name("Contents"))) as PDFRawStream;
    expect(Buffer.from(contents.contents).toString()).toBe("0 0 m % (x)");
  });

  test("a stream whose length is another object keeps its own key", async () => {
    const lengths: string[] = [];
    const text = Buffer.from(await encrypted("AES-128"))
      .toString("latin1")
      .replace(/\/Length (\d+)(?=\n>>\nstream)/g, (_, length: string) => {
        lengths.push(`${900 + lengths.length} 0 obj\n${length}\nendobj\n`);
        return `/Length ${900 + lengths.length - 1} 0 R`;
      })
      .replace("startxref", () => `${lengths.join("")}startxref`);
    expect(lengths.length).toBeGreaterThan(1);
    const file = new PdfFile(Buffer.from(text, "latin1"));
    const page = listPages(file).pages[0]!.dict;
    const contents = file.get(page.get(name("Contents"))) as PDFRawStream;
    expect(Buffer.from(contents.contents).toString()).toBe("0 0 m % (x)");
  });

  test.each(ALGORITHMS)("with a user's password, it is refused: %s", async (algorithm) => {
    const bytes = await encrypted(algorithm, "user");
    expect(() => new PdfFile(bytes)).toThrow(new PdfFault("is encrypted with a password"));
  });
});

test("strings of both kinds are texts", () => {
  const file = new PdfFile(rawPdf({ objects: { ...rawPages(1), 4: "[(a\\)b) <6162> /ab]" } }));
  const [first, second, third] = (file.byNumber(4) as PDFArray).asArray();
  expect([first, second, third].map((item) => isText(item))).toEqual([true, true, false]);
});
