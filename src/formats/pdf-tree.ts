import type { PDFName, PDFObject } from "@cantoo/pdf-lib";

import type { PdfFile } from "./pdf-file.ts";
import { KIDS } from "./pdf-names.ts";

/**
 * The pairs of a name or number tree (ISO 32000-1, 7.9.6 and 7.9.7), in order, each node once.
 * @param leaf where a node keeps its pairs: /Names or /Nums
 */
export function* treePairs(
  file: PdfFile,
  root: PDFObject | undefined,
  leaf: PDFName,
): Generator<readonly [key: PDFObject | undefined, value: PDFObject]> {
  const seen = new Set<PDFObject>();
  const ahead = [root];
  while (ahead.length > 0) {
    const node = file.dict(ahead.pop());
    if (node === undefined || seen.has(node)) continue;
    seen.add(node);
    const pairs = file.array(node.get(leaf))?.asArray() ?? [];
    for (let at = 0; at + 1 < pairs.length; at += 2) yield [file.get(pairs[at]), pairs[at + 1]!];
    ahead.push(...(file.array(node.get(KIDS))?.asArray().toReversed() ?? []));
  }
}
