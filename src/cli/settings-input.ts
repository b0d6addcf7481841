import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
import type { SendingCommand } from "../runs/run-settings.ts";
import { checkUrlText } from "../protocol/header-rules.ts";
import type { InputSettings, TableFormat } from "../runs/input-settings.ts";
import { checkUrl } from "../sources/check-url.ts";
import type { Values } from "./settings.ts";

/**
 * Reads the positional arguments.
 * @throws UsageError where they do not say what to ask for, or a URL is none.
 */
export function readInput(
  command: SendingCommand,
  positionals: readonly string[],
  values: Values,
  curlUrl: string | undefined,
  pipe: string | undefined,
): InputSettings {
  if (command === "crawl") return { kind: "urls", urls: positionals };
  const input =
    command === "get"
      ? readUrls(positionals, values.last("from"), curlUrl)
      : readTable(positionals, values.last("format") as TableFormat | undefined, curlUrl);
  return input.kind === "list" || input.kind === "table" ? { ...input, pipe } : input;
}

function readUrls(
  positionals: readonly string[],
  from: string | undefined,
  curlUrl: string | undefined,
): InputSettings {
  if (from !== undefined) {
    if (positionals.length === 0) return { kind: "list", path: from };
    throw new UsageError("give URLs or --from FILE, not both");
  }
  const urls = positionals.length === 0 && curlUrl !== undefined ? [curlUrl] : positionals;
  if (urls.length === 0) throw new UsageError("get needs a URL, or --from FILE (- for stdin)");
  if (urls.includes("-")) throw new UsageError("get reads URLs from stdin with --from -");
  for (const url of urls) checkUrl(url);
  return { kind: "urls", urls };
}

function readTable(
  positionals: readonly string[],
  format: TableFormat | undefined,
  curlUrl: string | undefined,
): InputSettings {
  const [path, urlTemplate = curlUrl, ...more] = positionals;
  if (path === undefined) {
    throw new UsageError(
      "map needs a table and a URL template: map names.csv 'https://…?name={name}'",
    );
  }
  if (urlTemplate === undefined) {
    throw new UsageError(
      `map needs a URL template after the table: map ${visible(path)} 'https://…?name={name}'`,
    );
  }
  if (more.length > 0) {
    const first = visible(more[0]!);
    throw new UsageError(
      `map takes one table and one URL template; "${first}" is too much (quote the template)`,
    );
  }
  if (/^https?:\/\//i.test(path) && !/^https?:\/\//i.test(urlTemplate)) {
    throw new UsageError("the table comes first, then the URL template: map TABLE URL_TEMPLATE");
  }
  checkUrlText(urlTemplate, "the URL template");
  return { kind: "table", path, format, urlTemplate };
}
