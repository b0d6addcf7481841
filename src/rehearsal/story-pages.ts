import { UsageError } from "../core/usage-error.ts";
import type { Behaviour } from "./behaviour.ts";

/** The five pages: how slow each is, as a part of the middle one, and how large. */
const PAGES: readonly { readonly part: number; readonly bytes: number }[] = [
  { part: 1.2, bytes: 198_000 },
  { part: 1.1, bytes: 61_000 },
  { part: 0.9, bytes: 302_000 },
  { part: 0.8, bytes: 22_000 },
  { part: 1, bytes: 118_000 },
];

/** Story D: five pages of about 400 ms, the slowest 480 ms, 2 s in all. */
export const PAGES_SITE: Behaviour = {
  name: "page",
  parameters: ["N"],
  doc: "story D: the pages 1 to 5, each of another size, about 400 ms each",
  example: "/page/1",
  kind: "answer",
  prepare([text = ""]) {
    const page = PAGES[Number(text) - 1];
    if (page === undefined) throw new UsageError(`there are the pages 1 to ${PAGES.length}`);
    const html = pageOf(text, page.bytes);
    return async (exchange) => {
      const delayMs = exchange.stage.stories.pagesMs * page.part;
      if ((await exchange.wait(delayMs)) === "gone") return "gone";
      exchange.headers.push("content-type", "text/html; charset=utf-8");
      exchange.body = html;
      return "answered";
    };
  },
};

function pageOf(number: string, bytes: number): Buffer {
  const head = `<!doctype html><title>Page ${number}</title><h1>Page ${number}</h1>\n`;
  const line = `<p>Nothing on page ${number} is worth the time that it takes.</p>\n`;
  const lines = line.repeat(Math.ceil((bytes - head.length) / line.length));
  return Buffer.from((head + lines).slice(0, bytes).padEnd(bytes), "latin1");
}
