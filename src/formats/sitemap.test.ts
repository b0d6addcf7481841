import { gzipSync } from "node:zlib";

import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";

import { readSitemap, type SitemapOptions } from "./sitemap.ts";
import { type SitemapEntry, SitemapError } from "./sitemap-parser.ts";

const OPTIONS: SitemapOptions = { url: "https://a.example/sitemap.xml" };

/** Entries up to the end or the error, whose words come last. */
async function read(
  content: string | Uint8Array,
  options: Partial<SitemapOptions> = {},
  chunkBytes = 1 << 20,
): Promise<(SitemapEntry | string)[]> {
  const bytes = Buffer.from(content as string);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
    bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
  const list: (SitemapEntry | string)[] = [];
  try {
    for await (const entry of readSitemap(chunks, { ...OPTIONS, ...options })) list.push(entry);
  } catch (error) {
    if (!(error instanceof SitemapError)) throw error;
    list.push(error.message);
  }
  return list;
}

const page = (path: string, changed?: string): SitemapEntry => ({
  kind: "page",
  url: `https://a.example${path}`,
  changed,
});

const XML = `<?xml version="1.0" encoding="UTF-8"?>
<!-- made -->
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="x">
  <url><loc> https://a.example/1?a=1&amp;b=2 </loc><lastmod>2026-01-02</lastmod>
    <image:image><image:loc>https://a.example/no.png</image:loc></image:image></url>
  <url><loc><![CDATA[https://a.example/ü#x]]></loc><priority>1</priority></url>
  <url><lastmod>2026</lastmod></url>
  <url><loc>mailto:a@b.example</loc></url>
  <loc>https://a.example/not-an-entry</loc>
  <url><x><loc>https://a.example/too-deep</loc></x></url>
</urlset>`;

const ENTRIES = [page("/1?a=1&b=2", "2026-01-02"), page("/%C3%BC")];

describe("a sitemap is read", () => {
  test.each([1, 2, 7, 1 << 20])("in chunks of %i bytes", async (chunkBytes) => {
    expect(await read(XML, {}, chunkBytes)).toEqual(ENTRIES);
    expect(await read(gzipSync(XML), {}, chunkBytes)).toEqual(ENTRIES);
    expect(await read(Buffer.from(`\ufeff${XML}`, "utf16le"), {}, chunkBytes + 1)).toEqual(ENTRIES);
  });

  test("with its namespace by a prefix", async () => {
    const xml = `<s:urlset xmlns:s="x"><s:url><s:loc>/1</s:loc></s:url><url><loc>/2</loc></url></s:urlset>`;
    expect(await read(xml)).toEqual([page("/1")]);
  });

  test("in the encoding that it declares", async () => {
    const xml = `<?xml version="1.0" encoding='iso-8859-1'?><urlset><url><loc>/ü</loc></url></urlset>`;
    expect(await read(Buffer.from(xml, "latin1"))).toEqual([page("/%C3%BC")]);
    expect(await read(xml.replace("iso-8859-1", "no-such-code"))).toEqual([page("/%C3%BC")]);
  });

  test("as an index of further ones", async () => {
    const xml = `<sitemapindex><sitemap><loc>https://a.example/1.xml.gz</loc></sitemap><url><loc>/x</loc></url></sitemapindex>`;
    expect(await read(xml)).toEqual([
      { kind: "sitemap", url: "https://a.example/1.xml.gz", changed: undefined },
    ]);
  });

  test("as a text, one URL a line", async () => {
    const text = `\ufeff\nhttps://a.example/1\r\n\r\n# no URL\n${"x".repeat(20_000)}\nHTTPS://a.example/2#y\rhttps://a.example/3`;
    for (const chunkBytes of [1, 3, 1 << 20]) {
      expect(await read(text, {}, chunkBytes)).toEqual([page("/1"), page("/2"), page("/3")]);
    }
  });

  test("where it is empty", async () => {
    expect(await read("")).toEqual([]);
    expect(await read(" \n")).toEqual([]);
    expect(await read(gzipSync(""))).toEqual([]);
    expect(await read("<urlset/>")).toEqual([]);
  });
});

const ONE = "<urlset><url><loc>/1</loc></url>";

describe("what comes before a fault is given, and the fault told:", () => {
  test.each([
    ["a text that breaks off", ONE, /^it is no XML/],
    ["an ampersand by itself", `${ONE}<url><loc>/?a&b</loc></url></urlset>`, /^it is no XML/],
    ["an entity of its own", `${ONE}<url><loc>&x;</loc></url></urlset>`, /^it is no XML/],
    ["a deep nest", `${ONE}${"<a>".repeat(1_000)}`, /nested too deep/],
    [
      "many attributes",
      `${ONE}<a ${Array.from({ length: 99 }, (_, n) => `b${n}=""`).join(" ")}`,
      /attributes/,
    ],
  ])("%s", async (_case, xml, words) => {
    expect(await read(xml)).toEqual([page("/1"), expect.stringMatching(words)]);
  });

  test.each([
    ["comment", `<!--${"-x".repeat(3_000_000)}`],
    ["text", `<url><loc>${"&amp;".repeat(1_000_000)}`],
    ["name", `<${"x".repeat(5_000_000)}`],
    ["value", `<url a="${"x".repeat(5_000_000)}`],
    ["instruction", `<?${"x".repeat(5_000_000)}`],
    ["section", `<![CDATA[${"]".repeat(5_000_000)}`],
  ])("a %s without an end", async (_case, part) => {
    expect(await read(`${ONE}${part}`)).toEqual([page("/1"), "a part of it is too long"]);
  });

  test("document types are refused, before any entity means anything", async () => {
    const lol = `<!DOCTYPE urlset [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>`;
    const file = `<!DOCTYPE urlset SYSTEM "file:///etc/passwd">`;
    for (const type of [lol, file]) {
      const entries = await read(`${type}<urlset><url><loc>/&b;</loc></url></urlset>`);
      expect(entries).toEqual(["it has a document type, which no sitemap needs"]);
    }
  });

  test("a page is no sitemap", async () => {
    expect(await read("<!-- x --><html><body>")).toEqual(["it is no sitemap: its root is <html>"]);
  });

  test("more entries and bytes than the protocol allows", async () => {
    const three = "https://a.example/1\nhttps://a.example/2\nhttps://a.example/3\n";
    expect(await read(three, { mostEntries: 2 })).toEqual([
      page("/1"),
      page("/2"),
      "it has more than 2 entries",
    ]);
    const many = `<urlset>${"<url><loc>/1</loc></url>".repeat(50_001)}</urlset>`;
    const read50 = await read(many);
    expect(read50).toHaveLength(50_001);
    expect(read50.at(-1)).toBe("it has more than 50000 entries");
    expect(await read(three, { mostBytes: 25 }, 10)).toEqual([
      page("/1"),
      "it is larger than 25 bytes",
    ]);
  });

  test("gzip that unpacks to more than that, or not at all", async () => {
    const bomb = gzipSync(Buffer.alloc(60 * 1024 * 1024, " "));
    expect(await read(bomb)).toEqual(["it is larger than 52428800 bytes"]);
    const cut = gzipSync(XML).subarray(0, 100);
    expect((await read(cut)).at(-1)).toMatch(/^it does not unpack: /);
    const broken = gzipSync(XML);
    broken[30]! ^= 0xff;
    expect((await read(broken)).at(-1)).toMatch(/^it (?:does not unpack|is no XML)/);
  });
});

test("a source's own error is its own, and whoever stops reading stops the source", async () => {
  let state = "open";
  async function* source(bytes: Buffer, fails: boolean) {
    try {
      yield bytes.subarray(0, 100);
      if (fails) throw new TypeError("cut");
      yield bytes.subarray(100);
    } finally {
      state = "closed";
    }
  }
  for (const bytes of [Buffer.from(XML), gzipSync(XML)]) {
    const reading = Array.fromAsync(readSitemap(source(bytes, true), OPTIONS));
    await expect(reading).rejects.toThrow(new TypeError("cut"));
  }
  // Beyond what zlib and the streams around it hold ready.
  const text = Buffer.from(
    Array.from({ length: 100_000 }, (_, n) => `https://a.example/1?${(n * n) % 7919}\n`).join(""),
  );
  for (const bytes of [text, gzipSync(text)]) {
    state = "open";
    for await (const entry of readSitemap(source(bytes, false), OPTIONS)) {
      expect(entry).toMatchObject({ kind: "page" });
      break;
    }
    await vi.waitFor(() => expect(state).toBe("closed"), { timeout: 20_000 });
  }
});

test("any bytes give entries or a SitemapError", async () => {
  const word = fc.constantFrom(
    ...["<urlset>", "<url>", "<loc>", "/x", "</loc>", "</url>", "</urlset>", "<![CDATA[", "]]>"],
    ...["<!DOCTYPE", "&amp;", "&#", "<?xml", "?>", "\u001f\u008b", "http://a/", "\n", "<!--", "\0"],
  );
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.array(word, { maxLength: 12 }).map((words) => Buffer.from(words.join(""), "latin1")),
  );
  await fc.assert(
    fc.asyncProperty(content, async (bytes) => {
      for (const entry of await read(bytes)) expect(entry).toBeDefined();
    }),
    { seed: 14, numRuns: 1_000 },
  );
});
