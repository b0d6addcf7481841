import { expect, test } from "vitest";

import { rawPages, rawPdf } from "../../test/support/raw-pdf.ts";
import { PdfFile } from "./pdf-file.ts";
import { type PdfOutlineItem, readOutline, tidyTitle } from "./pdf-outline.ts";

test("a title is one line without control characters", () => {
  expect(tidyTitle(" a\r\n\tb\0c\u2028 d ")).toBe("a b c d");
  expect(tidyTitle("x".repeat(5000))).toHaveLength(1000);
  expect(tidyTitle("\ud800")).toBe("\ufffd");
});

test("entries deeper than readers show come beside those above them", () => {
  const objects: Record<number, string> = rawPages(1, "/Outlines 10 0 R");
  objects[10] = "<< /First 11 0 R >>";
  for (let number = 11; number < 1011; number += 1) {
    objects[number] = `<< /Title (${number}) /First ${number + 1} 0 R >>`;
  }
  let [level, depth, all]: [readonly PdfOutlineItem[], number, number] = [
    readOutline(new PdfFile(rawPdf({ objects }))),
    0,
    0,
  ];
  while (level.length > 0) {
    depth += 1;
    all += level.length;
    level = level.flatMap(({ children }) => children);
  }
  expect([depth, all]).toEqual([32, 1000]);
});
