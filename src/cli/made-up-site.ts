import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
import { compileFindLinks } from "../jobs/find-links.ts";
import type { CompiledCrawl } from "../jobs/step-crawl.ts";
import type { AnswerMaker, MadeUpAnswer } from "../rehearsal/made-up-answer.ts";
import { pdfOf } from "../rehearsal/pdf.ts";
import { linkFor } from "./made-up-link.ts";

/** Pages of the site, its start included, and files that each of them links to. */
const PAGES = 12;
const FILES_EACH = 3;

/** What a crawl looks for, as far as pages are concerned. */
type Wanted = Pick<CompiledCrawl, "follow" | "download" | "next" | "book">;

/**
 * Makes up a site for a crawl: twelve pages with three files each, linked as the crawl's selectors want it; any path
 * that is none of them is the start. Where a page is given, every page is that one.
 * @throws UsageError for a selector that no link can be made up for
 */
export async function madeUpSite(
  crawl: Wanted,
  given: AnswerMaker | undefined,
): Promise<AnswerMaker> {
  const page = given === undefined ? await madeUpPages(crawl) : undefined;
  return (asked, seed) => {
    const { path } = asked;
    if (path === "/robots.txt") return text("User-agent: *\nAllow: /\n");
    const file = /made-up-file-(\d+)/.exec(path)?.[1];
    if (page === undefined) return isFile(path) ? fileAt(path, path) : given!(asked, seed);
    if (file !== undefined) return fileAt(path, `File ${file}`);
    if (path === "/sitemap.xml") return text("");
    return page(path);
  };
}

/** Whether a name tells of a file that is no page. */
function isFile(path: string): boolean {
  return /\.(?:pdf|zip|epub|gz|tgz|png|jpe?g|gif|webp)$/i.test(path);
}

async function madeUpPages(crawl: Wanted): Promise<(path: string) => MadeUpAnswer> {
  const { follow, download, next, book } = crawl;
  // Of a book without a selector of its own, the chapters are among what is followed.
  const chapters = book === undefined ? undefined : follow;
  const fileLink = linkFor(download ?? chapters ?? "a");
  const pageLink = linkFor(follow ?? "a");
  const nextLink = next === undefined ? undefined : linkFor(next);
  const isPaged = follow !== undefined || (next === undefined && download === undefined);

  function pageAt(path: string): MadeUpAnswer {
    const number = Number(/made-up-page-(\d+)/.exec(path)?.[1] ?? 0);
    const folder = path.slice(0, path.lastIndexOf("/") + 1) || "/";
    const links: string[] = [];
    if (number === 0 && (isPaged || (nextLink === undefined && follow === undefined))) {
      for (let page = 1; page < PAGES; page += 1) {
        links.push(pageLink(`${folder}made-up-page-${page}`, ".html", `Page ${page}`));
      }
    }
    for (let file = 0; file < FILES_EACH; file += 1) {
      const name = number * FILES_EACH + file + 1;
      links.push(fileLink(`${folder}made-up-file-${name}`, ".pdf", `File ${name}`));
    }
    if (nextLink !== undefined && number + 1 < PAGES) {
      links.push(nextLink(`${folder}made-up-page-${number + 1}`, ".html", "on"));
    }
    const title = `Page ${number}`;
    const content = `<!doctype html>\n<title>${title}</title>\n<h1>${title}</h1>\n${links.join("\n")}\n`;
    return { contentType: "text/html; charset=utf-8", text: content };
  }

  await checkLinks(crawl, pageAt("/"));
  return pageAt;
}

/** @throws UsageError where the crawl does not find what was made up for it */
async function checkLinks(crawl: Wanted, { text: html, contentType }: MadeUpAnswer): Promise<void> {
  const { follow, download, next, book } = crawl;
  const pdf = book !== undefined && download === undefined ? "files" : "as all others";
  const find = await compileFindLinks({ follow, download, next, pdf });
  const found = find({ bytes: Buffer.from(html), contentType, url: "https://made-up.invalid/" });
  const hasPages = found.some(({ kind, url }) => kind === "page" && url.includes("made-up-page"));
  const missing =
    download !== undefined && !found.some(({ kind }) => kind === "file")
      ? `--download ${download}`
      : (follow ?? next) !== undefined && !hasPages
        ? follow === undefined
          ? `--next ${next!}`
          : `--follow ${follow}`
        : undefined;
  if (missing === undefined) return;
  throw new UsageError(
    `no link can be made up for ${visible(missing)}; give a page that has some with --answers page.html`,
  );
}

/** Beginnings of files by their extension; a PDF is a whole one. */
const BEGINNINGS: Readonly<Record<string, string>> = {
  zip: "PK\x05\x06",
  epub: "PK\x05\x06",
  gif: "GIF89a",
};

function fileAt(path: string, title: string): MadeUpAnswer {
  const extension = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? "";
  if (extension === "pdf") {
    const pdf = pdfOf(title, [title, `${title}, page 2`]).toString("latin1");
    return { contentType: "application/pdf", text: pdf };
  }
  const beginning = BEGINNINGS[extension] ?? "";
  return { contentType: "application/octet-stream", text: `${beginning}${title}\n` };
}

function text(content: string): MadeUpAnswer {
  return { contentType: "text/plain; charset=utf-8", text: content };
}
