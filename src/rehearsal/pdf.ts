/** A small valid PDF (ISO 32000-1, 7.5) with one page for each text, made larger by bytes that nothing refers to. */
export function pdfOf(
  title: string,
  pages: readonly string[],
  { fillerBytes = 0 }: { readonly fillerBytes?: number } = {},
): Buffer {
  const pageIds = pages.map((_, index) => 4 + index * 2);
  const objects = [
    `<< /Type /Catalog /Pages 2 0 R >>`,
    `<< /Type /Pages /Kids [${pageIds.map((id) => `${id} 0 R`).join(" ")}] /Count ${pages.length} >>`,
    `<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>`,
    ...pages.flatMap((text, index) => {
      const stream = `BT /F1 14 Tf 72 720 Td (${escaped(text)}) Tj ET`;
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${pageIds[index]! + 1} 0 R ` +
          `/Resources << /Font << /F1 3 0 R >> >> >>`,
        `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
      ];
    }),
    ...(fillerBytes === 0
      ? []
      : [`<< /Length ${fillerBytes} >>\nstream\n${"x".repeat(fillerBytes)}\nendstream`]),
    `<< /Title (${escaped(title)}) >>`,
  ];
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = text.length;
  const entries = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`);
  const size = objects.length + 1;
  text += `xref\n0 ${size}\n0000000000 65535 f \n${entries.join("")}`;
  text += `trailer\n<< /Size ${size} /Root 1 0 R /Info ${objects.length} 0 R >>\n`;
  return Buffer.from(`${text}startxref\n${start}\n%%EOF\n`, "latin1");
}

/** A literal string (7.3.4.2); letters beyond ASCII become question marks. */
function escaped(text: string): string {
  return text.replaceAll(/[\\()]/g, String.raw`\$&`).replaceAll(/[^\x20-\x7e]/g, "?");
}
