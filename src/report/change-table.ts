import { formatSize } from "../formats/quantity.ts";
import { shortenUrl, visible } from "../formats/visible.ts";
import { redactUrl } from "../formats/redact-url.ts";
import type { ChangedThing } from "./change-columns.ts";
import type { Found } from "./change.ts";
import { formatColumns } from "./text-columns.ts";

/** A line for each change; `columns` is the width to shorten keys to, undefined keeps them. */
export function changeLines(
  things: readonly ChangedThing[],
  columns: number | undefined,
): readonly string[] {
  const hasSteps = things.some(({ step }) => step !== undefined);
  const width = columns === undefined ? undefined : Math.max(24, columns - 50);
  const cells = things.map((thing) => {
    const { change, by, step = "", key, before, after } = thing;
    const shown = redactUrl(key);
    return [
      change,
      by,
      ...(hasSteps ? [visible(step)] : []),
      fromTo(before, after, statusOf),
      fromTo(before, after, sizeOf),
      width === undefined ? visible(shown) : shortenUrl(shown, width),
    ];
  });
  const header = ["change", "by", ...(hasSteps ? ["step"] : []), "status", "size", "key"];
  return formatColumns(
    [header, ...cells],
    header.map(() => "left" as const),
  );
}

/** `200 → 404`, and once where it is the same. */
function fromTo(
  before: Found | undefined,
  after: Found | undefined,
  text: (found: Found) => string,
): string {
  const both = [before, after].filter((found) => found !== undefined).map(text);
  return [...new Set(both)].join(" → ");
}

function statusOf({ status, code }: Found): string {
  return status === null ? (code ?? "–") : String(status);
}

function sizeOf({ status, bytes }: Found): string {
  return status === null ? "–" : formatSize(bytes);
}
