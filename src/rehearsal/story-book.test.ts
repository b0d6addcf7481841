import { expect, test } from "vitest";

import { startRehearsal } from "./rehearsal.ts";

async function startBook() {
  return startRehearsal({ stories: { bookMs: 0 } });
}

test("the home page leads to the contents, they to twelve chapters that are PDFs", async () => {
  await using server = await startBook();
  const home = await (await fetch(`${server.url}/book/`)).text();
  expect(home).toContain('href="contents.html"');
  const contents = await (await fetch(`${server.url}/book/contents.html`)).text();
  const links = [...contents.matchAll(/class="chapter" href="([^"]+)"/g)].map((match) => match[1]!);
  expect(links.length).toBe(12);
  for (const link of links) {
    const answer = await fetch(`${server.url}/book/${link}`);
    expect(answer.headers.get("content-type")).toBe("application/pdf");
    const pdf = await answer.text();
    expect(pdf.startsWith("%PDF-1.4\n")).toBe(true);
    expect(pdf.endsWith("%%EOF\n")).toBe(true);
    const start = Number(/startxref\n(\d+)/.exec(pdf)![1]);
    expect(pdf.slice(start, start + 4)).toBe("xref");
    for (const [index, entry] of [...pdf.matchAll(/^(\d{10}) 00000 n $/gm)].entries()) {
      expect(pdf.slice(Number(entry[1])).startsWith(`${index + 1} 0 obj`)).toBe(true);
    }
  }
});

test("a chapter continues from a range while it is the same, and says so when unchanged", async () => {
  await using server = await startBook();
  const url = `${server.url}/book/chapters/2.pdf`;
  const whole = await fetch(url);
  const text = await whole.text();
  const etag = whole.headers.get("etag")!;
  const ask = (headers: Record<string, string>) => fetch(url, { headers });
  const rest = await ask({ range: "bytes=100-", "if-range": etag });
  expect(rest.status).toBe(206);
  expect(rest.headers.get("content-range")).toBe(`bytes 100-${text.length - 1}/${text.length}`);
  expect(await rest.text()).toBe(text.slice(100));
  expect((await ask({ range: "bytes=100-", "if-range": '"other"' })).status).toBe(200);
  expect((await ask({ range: `bytes=${text.length}-` })).status).toBe(416);
  expect((await ask({ "if-none-match": etag })).status).toBe(304);
});

test("there is a page that robots are asked not to read, and a chapter that is not there", async () => {
  await using server = await startBook();
  expect(await (await fetch(`${server.url}/robots.txt`)).text()).toContain(
    "Disallow: /book/private/",
  );
  expect((await fetch(`${server.url}/book/private/notes.html`)).status).toBe(200);
  expect((await fetch(`${server.url}/book/chapters/13.pdf`)).status).toBe(404);
});
