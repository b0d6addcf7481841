import { HttpResponse } from "../core/response.ts";
import { followPath, parseFieldPath, type PathStep } from "../formats/field-path.ts";
import { parseJson, stringifyJson } from "../formats/json.ts";
import { findItems } from "./find-items.ts";
import type { PageItems } from "./pager.ts";

/** A page as it came, and its items without those that came before. */
export interface JoinedPage {
  readonly response: HttpResponse;
  readonly items: PageItems;
}

/**
 * The pages of a list as one response, whose body is a JSON list of theirs: a page that is no JSON is a
 * text in it. Items that came twice are left out of the later page, where their list stands on a path.
 * Times and bytes are sums.
 */
export function joinPages(pages: readonly JoinedPage[], items: string | undefined): HttpResponse {
  const first = pages[0]!.response;
  const texts = pages.map((page) => textOf(page, items));
  let totalMs = 0;
  let wireBytes = 0;
  for (const { response } of pages) {
    totalMs += response.timing.totalMs;
    wireBytes += response.wireBytes;
  }
  return new HttpResponse({
    url: first.url,
    status: first.status,
    headers: { ...first.headers, "content-type": "application/json" },
    body: Buffer.from(`[${texts.join(",")}]`),
    wireBytes,
    protocol: first.protocol,
    remoteAddress: first.remoteAddress,
    timing: { ...first.timing, totalMs },
  });
}

function textOf({ response, items }: JoinedPage, expression: string | undefined): string {
  const text = response.text();
  try {
    // Thrown away: the engine's own tells sooner whether it is JSON.
    JSON.parse(text);
  } catch {
    return JSON.stringify(text);
  }
  if (items.repeated === 0) return text;
  const json = parseJson(text);
  const path = expression === undefined ? findItems(json)?.path : parseFieldPath(expression);
  return path === undefined ? text : stringifyJson(replaced(json, path, items.items));
}

/** The page with another list in the place of its own. */
function replaced(page: unknown, path: readonly PathStep[], list: readonly unknown[]): unknown {
  if (path.length === 0) return list;
  const holder = path.length === 1 ? page : followPath(path.slice(0, -1), page);
  const last = path.at(-1)!;
  if (typeof holder !== "object" || holder === null) return page;
  // Parsed for this alone: nobody else has it.
  if (Array.isArray(holder)) holder[Number(last)] = list;
  else if (Object.hasOwn(holder, last)) (holder as Record<string, unknown>)[String(last)] = list;
  return page;
}
