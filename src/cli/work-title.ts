import type { Settings } from "./settings.ts";

/** The work in a few words: `five.txt → out.jsonl`. */
export function titleOf({ input, output }: Pick<Settings, "input" | "output">): string {
  let from: string;
  if (input.kind !== "urls") from = input.path === "-" ? "stdin" : input.path;
  else from = input.urls.length === 1 ? "1 URL" : `${input.urls.length} URLs`;
  if (output.kind === "timing-table") return from;
  const to = output.kind === "none" ? output.save! : output.path === "-" ? "stdout" : output.path;
  return `${from} → ${to}`;
}
