import type { WorkSettings } from "../runs/work-settings.ts";

type Titled = Pick<WorkSettings, "input" | "output" | "crawl">;

/** The work in a few words: `five.txt → out.jsonl`. */
export function titleOf({ input, output, crawl }: Titled): string {
  let from: string;
  if (input.kind !== "urls") from = input.path === "-" ? "stdin" : input.path;
  else from = input.urls.length === 1 ? "1 URL" : `${input.urls.length} URLs`;
  const made = crawl === undefined ? [] : [crawl.book?.path, crawl.folder];
  const first = made.find((one) => one !== undefined);
  if (first !== undefined) return `${from} → ${first}`;
  if (output.kind === "timing-table") return from;
  const to = output.kind === "none" ? output.save! : output.path === "-" ? "stdout" : output.path;
  return `${from} → ${to}`;
}
