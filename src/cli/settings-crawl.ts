import { UsageError } from "../core/usage-error.ts";
import { parseCount } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import type { CrawlSettings } from "../runs/crawl-settings.ts";
import { checkUrl } from "../sources/check-url.ts";
import { quantity } from "./settings-limits.ts";
import type { Values } from "./settings.ts";

/** @throws UsageError for what cannot be a crawl */
export function readCrawl(positionals: readonly string[], values: Values): CrawlSettings {
  if (positionals.length === 0) throw new UsageError("crawl needs a URL to begin at");
  for (const url of positionals) {
    checkUrl(url);
    const { username, password } = new URL(url);
    // A canonical URL has none, and the list of what is to be asked for is kept.
    if (username + password !== "") {
      throw new UsageError("crawl takes credentials from -u USER:PASSWORD, not from its URLs");
    }
  }
  const output = values.last("output");
  const isFolder = output?.endsWith("/") === true;
  if (isFolder && values.has("save")) {
    throw new UsageError("-o FOLDER/ names files after their URLs, --save by a template; give one");
  }
  const book = values.last("merge");
  if (book !== undefined && !/\.pdf$/i.test(book)) {
    throw new UsageError(`--merge ${visible(book)}: a book is a .pdf`);
  }
  if (values.has("title") && book === undefined) {
    throw new UsageError("--title is the title of a book; it needs --merge book.pdf");
  }
  const told = ["changes", "exit-on-change"].find((name) => values.has(name));
  if (told !== undefined && !isFolder && book === undefined && !values.has("save")) {
    throw new UsageError(
      `--${told} compares a crawl with the one before: it needs -o FOLDER/, --save or --merge`,
    );
  }
  return Object.freeze({
    starts: positionals,
    follow: selectorOf(values, "follow"),
    download: selectorOf(values, "download"),
    next: selectorOf(values, "next"),
    within: (values.last("scope") ?? "host") as CrawlSettings["within"],
    depth: quantity(values, "depth", (text) => parseCount(text, 0)),
    include: values.all("include"),
    exclude: values.all("exclude"),
    dropParameters: values.all("drop").flatMap((text) => text.split(",")),
    sitemaps: values.has("sitemap") ? "read" : "not read",
    robots: values.has("no-robots") ? "not read" : "obeyed",
    folder: isFolder ? output : undefined,
    book: book === undefined ? undefined : { path: book, title: values.last("title") },
  });
}

/** The values without an output that is a folder. */
export function withoutFolder(values: Values): Values {
  if (values.last("output")?.endsWith("/") !== true) return values;
  return {
    has: (name) => name !== "output" && values.has(name),
    last: (name) => (name === "output" ? undefined : values.last(name)),
    all: (name) => (name === "output" ? [] : values.all(name)),
  };
}

function selectorOf(values: Values, name: string): string | undefined {
  const all = values.all(name);
  if (all.some((one) => one.trim() === "")) throw new UsageError(`--${name} needs a CSS selector`);
  return all.length === 0 ? undefined : all.join(", ");
}
