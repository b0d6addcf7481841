import { PDFHexString, type PDFRef } from "@cantoo/pdf-lib";

import type { PdfWriter } from "../formats/pdf-writer.ts";
import { winAnsi } from "./book-letters.ts";

/** A line of the last pages. */
export interface ColophonLine {
  readonly text: string;
  readonly style: "title" | "bold" | "plain";
  /** Empty lines before it. @default 0 */
  readonly after?: number;
}

const [WIDTH, HEIGHT, MARGIN, LEADING] = [595, 842, 56, 13];
const SIZES = { title: 16, bold: 9.5, plain: 9.5 } as const;
/** A letter of Courier is 0.6 of its size wide: lines are broken without a table of widths. */
const LETTERS = Math.floor((WIDTH - 2 * MARGIN) / (0.6 * SIZES.plain));
const LINES = Math.floor((HEIGHT - 2 * MARGIN) / LEADING);

/** The pages that say where the book comes from, and the node of the page tree that has them. */
export interface Colophon {
  readonly node: PDFRef;
  readonly pages: readonly PDFRef[];
}

/** Writes lines on as many A4 pages as they need, in Courier, which every reader has. */
export function writeColophon(
  writer: PdfWriter,
  tree: PDFRef,
  lines: readonly ColophonLine[],
): Colophon {
  const node = writer.reserve();
  const font = (name: string): PDFRef =>
    writer.add(
      writer.context.obj({
        Type: "Font",
        Subtype: "Type1",
        BaseFont: name,
        Encoding: "WinAnsiEncoding",
      }),
    );
  const fonts = writer.add(
    writer.context.obj({ Font: { F: font("Courier"), B: font("Courier-Bold") } }),
  );
  const pages = pagesOf(lines).map((operators) => {
    const contents = writer.add(writer.context.flateStream(operators.join("\n"), {}));
    return writer.add(
      writer.context.obj({
        Type: "Page",
        Parent: node,
        MediaBox: [0, 0, WIDTH, HEIGHT],
        Resources: fonts,
        Contents: contents,
      }),
    );
  });
  const kids = writer.context.obj(pages);
  writer.put(
    node,
    writer.context.obj({ Type: "Pages", Parent: tree, Kids: kids, Count: pages.length }),
  );
  return { node, pages };
}

/** The text operators of each page. */
function pagesOf(lines: readonly ColophonLine[]): readonly (readonly string[])[] {
  const pages: string[][] = [[]];
  let used = 0;
  for (const { text, style, after = 0 } of lines) {
    used += used === 0 ? 0 : after;
    for (const part of broken(text)) {
      if (used >= LINES) {
        pages.push([]);
        used = 0;
      }
      const y = HEIGHT - MARGIN - used * LEADING;
      pages.at(-1)!.push(shown(part, style, y));
      used += 1;
    }
  }
  return pages;
}

function shown(text: string, style: ColophonLine["style"], y: number): string {
  const bytes = winAnsi(text);
  const font = `/${style === "plain" ? "F" : "B"} ${SIZES[style]} Tf`;
  const show = `BT ${font} 1 0 0 1 ${MARGIN} ${y} Tm <${bytes.toString("hex")}> Tj ET`;
  if (bytes.toString("latin1") === text) return show;
  // Letters that the font lacks are still found and copied.
  return `/Span <</ActualText ${PDFHexString.fromText(text).toString()}>> BDC ${show} EMC`;
}

/** A text in lines that fit, broken at spaces where there are such. */
function broken(text: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    let rest = Array.from(word);
    if (line !== "" && line.length + 1 + rest.length > LETTERS) {
      lines.push(line);
      line = "";
    }
    while (rest.length > LETTERS) {
      lines.push(rest.slice(0, LETTERS).join(""));
      rest = rest.slice(LETTERS);
    }
    line += (line === "" ? "" : " ") + rest.join("");
  }
  return [...lines, line];
}
