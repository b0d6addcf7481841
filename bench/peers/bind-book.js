// Binds the PDFs of its arguments with the built library: what a crawl does at its end.
import { basename } from "node:path";

import { bindBook } from "../../dist/sinks/book.js";

const [path, ...files] = process.argv.slice(2);
const chapters = files.map((file) => ({
  title: basename(file),
  url: `https://example.org/${basename(file)}`,
  source: { file },
}));
const { pages, skipped } = await bindBook(chapters, { path, title: "A book", colophon: "none" });
if (skipped.length > 0) throw new Error(`${skipped.length} skipped`);
console.log(`${pages} pages`);
