import { describe, expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { startSite } from "../support/site.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

interface Told {
  readonly requests: number;
  readonly owed: number;
  readonly obstacle: string | null;
  readonly run: { readonly done: number } | null;
  readonly stop: { readonly by: string; readonly after: number } | null;
  readonly times: readonly { readonly by: string; readonly durationMs: number }[];
  readonly urls: readonly { readonly url: string; readonly kind: string; readonly title: string }[];
  readonly skipped: readonly { readonly url: string; readonly why: string }[];
  readonly cutBy: string | null;
  readonly pagesRead: number;
  readonly sent: number;
}

const SITE = {
  "/": '<title>Home</title><a href="part.html">Part</a> <a href="3.pdf">Three</a> <a href="x/">X</a>',
  "/part.html": '<a href="1.pdf">One</a> <a href="2.pdf">Two</a> <a href="gone.html">Gone</a>',
  "/robots.txt": {
    headers: { "content-type": "text/plain" },
    body: "User-agent: *\nDisallow: /x/\n",
  },
} as const;

function pathsOf({ urls }: Told): string[] {
  return urls.map(({ kind, url }) => `${kind} ${new URL(url).pathname}`);
}

describe("plan crawl", () => {
  test("says what a finished crawl would do: one of files asks what has changed, another nothing", async () => {
    await using site = await startSite({ "/": "<title>Home</title>" });
    await using folder = await temporaryFolder();
    for (const [output, says] of [
      ["saved/", "nothing is owed; the same crawl asks what has changed"],
      ["records.csv", "nothing is owed, --force asks anew"],
    ] as const) {
      const words = ["crawl", site.at("/"), "--no-robots", "-o", output];
      const crawled = await fanfetch(...words).in(folder);
      expect(crawled.exitCode, crawled.stderr).toBe(0);
      expect((await fanfetch("plan", ...words).in(folder)).stdout).toContain(says);
    }
  });

  test("lists what would be fetched in reading order, reads pages, and downloads no file", async () => {
    await using site = await startSite(SITE);
    await using folder = await temporaryFolder();
    const words = ["plan", "crawl", site.at("/"), "--merge", "book.pdf"];
    const told = await fanfetch(...words, "--format", "json").in(folder);
    expect(told.exitCode, "a page is not there").toBe(1);
    const plan = JSON.parse(told.stdout) as Told;
    expect(pathsOf(plan)).toEqual([
      ...["page /", "page /part.html", "file /1.pdf", "file /2.pdf", "page /gone.html"],
      "file /3.pdf",
    ]);
    expect(plan.urls.map(({ title }) => title).slice(1, 4)).toEqual(["Part", "One", "Two"]);
    expect(plan.skipped).toEqual([
      { url: site.at("/x/"), why: expect.stringMatching(/^E_ROBOTS/) },
    ]);
    expect(plan).toMatchObject({ requests: 6, owed: 6, pagesRead: 2, cutBy: null });
    expect(site.asked.toSorted()).toEqual(["/", "/gone.html", "/part.html"]);
    expect(plan.sent).toBe(site.requests.length);
    expect(await folder.names()).toEqual([]);

    const shown = await fanfetch(...words).in(folder);
    expect(shown.stdout).toMatch(/^what would be fetched, in reading order\n +1 {2}page {2}http/);
    expect(shown.stdout).toContain("2 pages were read in 4 requests, no file was downloaded\n");
  });

  test("takes what is plainly a file for one, where no option says what files are", async () => {
    await using site = await startSite({
      ...SITE,
      "/": '<a href="photo.jpg">P</a> <a href="all.zip?v=2">Z</a> <a href="part.html">Part</a>',
    });
    const told = await fanfetch("plan", "crawl", site.at("/"), "--no-robots", "--format", "json");
    const kinds = pathsOf(JSON.parse(told.stdout) as Told);
    expect(kinds).toContain("file /photo.jpg");
    expect(kinds).toContain("file /all.zip");
    expect(site.asked.some((path) => /jpg|zip|pdf/.test(path))).toBe(false);
  });

  test("asks no more than --max-requests, and says that there may be more", async () => {
    await using world = await startWorld({ stories: { bookMs: 0, crawlDelayMs: 0 } });
    const words = ["plan", "crawl", world.at("/web-book/"), "--drop", "sid", "--max-requests", "4"];
    const told = await fanfetch(...words, "--format", "json");
    const plan = JSON.parse(told.stdout) as Told;
    expect(world.seen.total).toBe(4);
    expect(plan).toMatchObject({ sent: 4, cutBy: "--max-requests", stop: { after: 4 } });
    expect((await fanfetch(...words)).stdout).toContain(
      "not all pages were read, there may be more",
    );
  });

  test("keeps to what the crawl would keep to, and counts the pause that a host asks for", async () => {
    await using world = await startWorld({ stories: { bookMs: 20, crawlDelayMs: 40 } });
    const words = ["plan", "crawl", world.at("/book/"), "--per-host", "1", "--format", "json"];
    const plan = JSON.parse((await fanfetch(...words)).stdout) as Told;
    expect(world.seen.mostAtOnce()).toBe(1);
    expect(plan.times.find(({ by }) => by === "pause")?.durationMs).toBe(13 * 40);
    expect(plan.times.some(({ by }) => by === "concurrency")).toBe(true);
  });

  test("knows what its run has done already, and what stands in its way", async () => {
    await using world = await startWorld({ stories: { bookMs: 0, crawlDelayMs: 0 } });
    await using folder = await temporaryFolder();
    const crawl = ["crawl", world.at("/book/"), "--merge", "book.pdf"];
    const plan = async (...more: readonly string[]): Promise<Told> => {
      const told = await fanfetch("plan", ...crawl, ...more, "--format", "json").in(folder);
      return JSON.parse(told.stdout) as Told;
    };
    expect(await plan()).toMatchObject({ owed: 14, run: null, obstacle: null });
    expect((await fanfetch(...crawl).in(folder)).exitCode).toBe(0);
    expect(await plan()).toMatchObject({ owed: 0, run: { done: 14 }, obstacle: null });
    expect(await plan("--depth", "1")).toMatchObject({ run: null, obstacle: "book.pdf" });
  });

  test("ends with 1 where no page may be read", async () => {
    await using site = await startSite({
      "/robots.txt": {
        headers: { "content-type": "text/plain" },
        body: "User-agent: *\nDisallow: /\n",
      },
    });
    const told = await fanfetch("plan", "crawl", site.at("/"));
    expect(told.exitCode, told.stderr).toBe(1);
    expect(told.stdout).toContain("0 pages were read in 1 request, no file was downloaded");
    expect(site.asked).toEqual([]);
  });

  test.each([
    [["plan", "crawl"], /crawl needs a URL to begin at/],
    [["plan", "crawl", "http://a.test/", "--sample"], /plan crawl reads the pages .* --sample/],
    [["plan", "crawl", "http://a.test/", "--follow", "a["], /a\[ is not a CSS selector/],
    [["plan", "crwal", "http://a.test/"], /not "crwal"; did you mean "crawl"\?/],
  ] as const)("%s is one sentence and exit code 2", async (words, sentence) => {
    const refused = await fanfetch(...words);
    expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
    expect(refused.stderr).toMatch(sentence);
  });
});

describe("plan run --sample", () => {
  const STEPS = `steps:
  - { id: one, rows: [1, 2, 3, 4, 5, 6, 7, 8], url: "/json/{value}" }
  - { id: two, rows: [9], url: "/json/{value}" }
  - { id: sent, rows: [1], url: "/json/{value}", method: POST }
`;

  test("really sends five, of all steps that may be asked twice", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("job.yaml", `base: ${world.url}\n${STEPS}`);
    const told = await fanfetch("plan", "run", "job.yaml", "--sample").in(folder);
    expect(told.exitCode, told.stderr).toBe(0);
    expect(world.seen.total).toBe(5);
    expect(world.seen.requests().filter(({ path }) => path === "/json/9")).toHaveLength(1);
    expect(world.seen.requests().every(({ method }) => method === "GET")).toBe(true);
    expect(told.stdout).toMatch(/5 requests were sent; the answers are not kept\n$/);
    expect(told.stdout).toMatch(/^ {2}6 at once, .* ms each/m);
    expect(await folder.names()).toEqual(["job.yaml"]);
  });

  test("shows who asks, and refuses what cannot be tried", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    const auth = 'auth: { kind: bearer, token: "${TOKEN}" }\n';
    await folder.write("job.yaml", `base: ${world.url}\n${auth}steps: [{ url: /json/1 }]\n`);
    const told = await fanfetch("plan", "run", "job.yaml", "--sample")
      .env({ TOKEN: "hush-hush" })
      .in(folder);
    expect(told.exitCode, told.stderr).toBe(0);
    expect(world.seen.requests()[0]!.headers["authorization"]).toBe("Bearer hush-hush");

    await folder.write(
      "post.yaml",
      `base: ${world.url}\nsteps: [{ url: /json/1, method: POST }]\n`,
    );
    const refused = await fanfetch("plan", "run", "post.yaml", "--sample").in(folder);
    expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
    expect(refused.stderr).toContain("--sample finds no step that may be asked once more");
  });
});
