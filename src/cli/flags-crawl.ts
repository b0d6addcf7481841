import type { Flag } from "./flag.ts";

const group = "Crawl";
const commands = ["crawl"] as const;

/** What is followed, what is fetched, and what becomes of it. */
export const CRAWL_FLAGS: readonly Flag[] = [
  {
    name: "follow",
    argument: "SEL",
    group,
    doc: "links to further pages, as a CSS selector: the links themselves or what holds them",
    default: "all in scope",
    repeat: "adds",
    commands,
  },
  {
    name: "download",
    argument: "SEL",
    group,
    doc: "links to files, which are saved and not searched for links",
    default: "with --merge, links to .pdf",
    repeat: "adds",
    commands,
  },
  {
    name: "next",
    argument: "SEL",
    group,
    doc: "the link to the page that continues this one",
    repeat: "adds",
    commands,
  },
  {
    name: "scope",
    argument: "WHERE",
    group,
    doc: "how far links may lead from where the crawl began",
    default: "host",
    values: ["host", "domain", "prefix", "any"],
    take: "only",
    commands,
  },
  { name: "depth", argument: "N", group, doc: "pages at most so many links away", commands },
  {
    name: "include",
    argument: "GLOB",
    group,
    doc: "only URLs like this, such as '/docs/**'",
    repeat: "adds",
    commands,
  },
  {
    name: "exclude",
    argument: "GLOB",
    group,
    doc: "no URLs like this",
    repeat: "adds",
    commands,
  },
  {
    name: "drop",
    argument: "NAME",
    group,
    doc: "parameters that do not tell one page from another: sid, utm_*",
    repeat: "adds",
    commands,
  },
  {
    name: "sitemap",
    group,
    doc: "begin at the pages of the site's sitemaps too",
    commands,
  },
  {
    name: "no-robots",
    group,
    doc: "do not ask for robots.txt: for sites of your own",
    commands,
  },
  {
    name: "merge",
    argument: "BOOK.pdf",
    group,
    doc: "bind the PDFs in reading order, with an outline of the links' texts",
    take: "file",
    commands,
  },
  {
    name: "title",
    argument: "TEXT",
    group,
    doc: "title of the book",
    default: "the first page's",
    commands,
  },
];
