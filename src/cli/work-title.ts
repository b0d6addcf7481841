import type { WorkSettings } from "../runs/work-settings.ts";

type Titled = Pick<WorkSettings, "input" | "output" | "crawl">;

/** The work in a few words: `five.txt → out.jsonl`. */
export function titleOf({ input, output, crawl }: Titled): string {
  const from = inputTitle({ input });
  const made = crawl === undefined ? [] : [crawl.book?.path, crawl.folder];
  const first = made.find((one) => one !== undefined);
  if (first !== undefined) return `${from} → ${first}`;
  if (output.kind === "timing-table") return from;
  const to = output.kind === "none" ? output.save! : output.path === "-" ? "stdout" : output.path;
  return `${from} → ${to}`;
}

/** What is asked for, in a few words: `five.txt`. */
export function inputTitle({ input }: Pick<Titled, "input">): string {
  if (input.kind !== "urls") return input.path === "-" ? "stdin" : input.path;
  return input.urls.length === 1 ? "1 URL" : `${input.urls.length} URLs`;
}
