import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { type SitePage, startSite } from "../support/site.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

const link = (...urls: readonly string[]): string =>
  urls.map((url) => `<a href="${url}">${url}</a>`).join("\n");

/** What a crawl of a site with these options asks for, in the order of the alphabet. */
async function asked(
  pages: Readonly<Record<string, SitePage>>,
  ...options: readonly string[]
): Promise<readonly string[]> {
  await using site = await startSite(pages);
  const ended = await fanfetch("crawl", site.at("/docs/"), "-o", "-", "--retries", "0", ...options);
  expect(ended.stderr).not.toContain("internal");
  const paths = site.asked.toSorted();
  // Nothing twice, and a record for each.
  expect(new Set(paths).size).toBe(paths.length);
  return paths;
}

const DOCS = {
  "/docs/": link("a.html", "../other/", "b/c.html#part", "http://elsewhere.example/", "mailto:x"),
  "/docs/a.html": link("/docs/", "a.html?x=1"),
  "/docs/a.html?x=1": "",
  "/docs/b/c.html": link("d.html"),
  "/docs/b/d.html": link("e.html"),
  "/docs/b/e.html": "",
  "/other/": "",
};

test.each<[string, readonly string[], readonly string[]]>([
  ["the host, without end", [], Object.keys(DOCS).toSorted()],
  [
    "its folder and below",
    ["--scope", "prefix"],
    Object.keys(DOCS)
      .filter((path) => path !== "/other/")
      .toSorted(),
  ],
  ["the starts alone", ["--depth", "0"], ["/docs/"]],
  [
    "so deep",
    ["--depth", "2"],
    ["/docs/", "/docs/a.html", "/docs/a.html?x=1", "/docs/b/c.html", "/docs/b/d.html", "/other/"],
  ],
  [
    "without what is excluded",
    ["--exclude", "/docs/b/**"],
    ["/docs/", "/docs/a.html", "/docs/a.html?x=1", "/other/"],
  ],
  [
    "only what is included",
    ["--include", "**/b/**"],
    ["/docs/", "/docs/b/c.html", "/docs/b/d.html", "/docs/b/e.html"],
  ],
  [
    "parameters dropped",
    ["--drop", "x", "--depth", "2"],
    ["/docs/", "/docs/a.html", "/docs/b/c.html", "/docs/b/d.html", "/other/"],
  ],
  [
    "what a selector means",
    ["--follow", "a[href^=a]"],
    ["/docs/", "/docs/a.html", "/docs/a.html?x=1"],
  ],
])("a crawl keeps to %s", async (_, options, expected) => {
  expect(await asked(DOCS, ...options)).toEqual(expected);
});

test("a base, a refresh, frames, a canonical link and a redirect are followed", async () => {
  const pages = {
    "/docs/": `<base href="/deep/er/"><meta http-equiv=refresh content="5; url=r.html">${link("x.html")}<iframe src=f.html></iframe><link rel=canonical href=c.html>`,
    "/deep/er/r.html": "",
    "/deep/er/x.html": { status: 301, headers: { location: "/moved/y.html" } },
    "/moved/y.html": link("z.html"),
    "/moved/z.html": "",
    "/deep/er/f.html": "",
    "/deep/er/c.html": "",
  };
  expect(await asked(pages)).toEqual(Object.keys(pages).toSorted());
});

test("where a redirect leads is asked for once, though others link to it", async () => {
  const pages = {
    "/docs/": link("1", "2", "3"),
    "/docs/1": { status: 302, headers: { location: "/docs/end" } },
    "/docs/2": { status: 302, headers: { location: "/docs/end" } },
    "/docs/3": link("end", "2"),
    "/docs/end": link("/docs/"),
  };
  expect(await asked(pages)).toEqual(Object.keys(pages).toSorted());
});

test("a redirect in a circle ends, and nothing is asked for twice", async () => {
  const pages = {
    "/docs/": link("1"),
    "/docs/1": { status: 302, headers: { location: "/docs/2" } },
    "/docs/2": { status: 302, headers: { location: "/docs/1" } },
  };
  expect(await asked(pages)).toEqual(["/docs/", "/docs/1", "/docs/2"]);
});

test("where a start leads to another host, that is where the crawl is", async () => {
  await using home = await startSite({
    "/": link("a.html", "http://elsewhere.example/"),
    "/a.html": "",
  });
  await using old = await startSite({
    "/docs/": { status: 301, headers: { location: home.at("/") } },
  });
  const ended = await fanfetch("crawl", old.at("/docs/"), "-o", "-");
  expect(ended.exitCode).toBe(0);
  expect(home.asked).toEqual(["/", "/a.html"]);
  expect(ended.stderr).toContain("1 out of --scope");
});

test("sitemaps that robots.txt names are read, with those that they name", async () => {
  const index = `<sitemapindex xmlns="x"><sitemap><loc>/two.txt</loc></sitemap></sitemapindex>`;
  const pages: Record<string, SitePage> = {
    "/robots.txt": { headers: { "content-type": "text/plain" }, body: "Sitemap: /one.xml\n" },
    "/one.xml": { headers: { "content-type": "text/xml" }, body: index },
    "/docs/": "",
    "/hidden/a.html": "",
  };
  await using site = await startSite(pages);
  pages["/two.txt"] = {
    headers: { "content-type": "text/plain" },
    body: `${site.at("/hidden/a.html")}\nhttp://elsewhere.example/\n${site.at("/docs/")}\n`,
  };
  const ended = await fanfetch("crawl", site.at("/docs/"), "--sitemap", "-o", "-");
  expect(ended.exitCode).toBe(0);
  expect(site.asked.toSorted()).toEqual(["/docs/", "/hidden/a.html", "/one.xml", "/two.txt"]);
});

test("pages are saved under names after their URLs, whatever those are", async () => {
  await using site = await startSite({
    "/": link("x.pdf", "x.pdf/y", "..%2F..%2Fetc/passwd", "a/", "a", "A"),
    ...{ "/x.pdf": "1", "/x.pdf/y": "2", "/..%2F..%2Fetc/passwd": "3" },
    ...{ "/a/": "4", "/a": "5", "/A": "6" },
  });
  await using folder = await temporaryFolder();
  const ended = await fanfetch("crawl", site.at("/"), "-o", "site/").in(folder);
  expect(ended).toMatchObject({ exitCode: 0 });
  const names = (await folder.names()).filter((name) => name.startsWith("site/"));
  const files = names.filter((name) => /\.[a-z]+$/.test(name));
  expect(files.length).toBe(7);
  const plain = ["site/a/index.html", "site/index.html", "site/x.pdf", "site/x.pdf_/y.html"];
  expect(files).toEqual(expect.arrayContaining(plain));
  expect(files.filter((name) => /^site\/[aA](?:~\w+)?\.html$/.test(name)).length).toBe(2);
  expect(await folder.read("site/x.pdf_/y.html")).toBe("2");
  expect(files.find((name) => name.endsWith("passwd.html"))).toMatch(
    /^site\/_[^/]*etc[^/]*\/passwd/,
  );
});

test("the user's own header fields stay with the hosts where the crawl begins", async () => {
  await using other = await startSite({ "/": "" });
  await using site = await startSite({ "/": link(other.at("/")) });
  const ended = await fanfetch(
    ...["crawl", site.at("/"), "--scope", "any", "-H", "X-Key: secret", "-o", "-"],
  );
  expect(ended.exitCode).toBe(0);
  expect(site.requests.at(-1)!.headers["x-key"]).toBe("secret");
  expect(other.asked).toEqual(["/"]);
  for (const { headers } of other.requests) expect(headers["x-key"]).toBeUndefined();
});

test("a server that gives each visit URLs of its own is told, with what ends it", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const few = ["--retries", "0", "--max-requests", "700"];
  const ended = await fanfetch("crawl", world.at("/web-book/"), "--no-robots", ...few).in(folder);
  expect(ended.exitCode).toBe(3);
  expect(ended.stderr).toContain("--drop sid");
});
