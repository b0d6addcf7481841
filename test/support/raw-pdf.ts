/** A PDF made of objects as they are written, for files that no library would write. */
export interface RawPdf {
  /** Objects by number, without `obj` and `endobj`. */
  readonly objects: Readonly<Record<number, string>>;
  /** Further entries of the trailer, which has the root 1. */
  readonly trailer?: string;
  /** What the table of objects says. @default "right" */
  readonly table?: "right" | "wrong" | "none";
}

/** The bytes of such a file; every character is a byte. */
export function rawPdf({ objects, trailer = "", table = "right" }: RawPdf): Buffer {
  let text = "%PDF-1.7\n";
  const offsets = new Map<number, number>();
  for (const [number, object] of Object.entries(objects)) {
    offsets.set(Number(number), text.length);
    text += `${number} 0 obj\n${object}\nendobj\n`;
  }
  const start = text.length;
  if (table !== "none") {
    text += "xref\n0 1\n0000000000 65535 f \n";
    for (const [number, offset] of offsets) {
      const place = String(table === "right" ? offset : offset + 7).padStart(10, "0");
      text += `${number} 1\n${place} 00000 n \n`;
    }
  }
  const size = Math.max(0, ...offsets.keys()) + 1;
  text += `trailer\n<< /Size ${size} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, "latin1");
}

/** A stream with its length. */
export function rawStream(content: string, entries = ""): string {
  return `<< /Length ${content.length} ${entries} >>\nstream\n${content}\nendstream`;
}

/** Objects of a file with so many pages: catalog 1, tree 2, pages from 3 on. */
export function rawPages(count: number, catalog = ""): Record<number, string> {
  const numbers = Array.from({ length: count }, (_, index) => index + 3);
  const kids = numbers.map((number) => `${number} 0 R`).join(" ");
  return {
    1: `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
    2: `<< /Type /Pages /Kids [ ${kids} ] /Count ${count} /MediaBox [0 0 200 200] >>`,
    ...Object.fromEntries(numbers.map((number) => [number, "<< /Type /Page /Parent 2 0 R >>"])),
  };
}
