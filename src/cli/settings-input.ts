import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
import type { SendingCommand } from "./flag.ts";
import { checkUrlText } from "../protocol/header-rules.ts";
import type { Values } from "./settings.ts";

/** How a list or a table is written down. */
export type TableFormat = "csv" | "tsv" | "jsonl" | "json" | "lines";

/** Where the things to ask for come from. */
export type InputSettings =
  | { readonly kind: "urls"; readonly urls: readonly string[] }
  /** One URL per line, or the column `url` of a table. `-` is standard input. */
  | { readonly kind: "list"; readonly path: string }
  | {
      readonly kind: "table";
      readonly path: string;
      /** Undefined: by the name, on stdin by the first bytes. */
      readonly format: TableFormat | undefined;
      readonly urlTemplate: string;
    }
  /** A step of a job, which opens its rows itself; the path only names them. */
  | { readonly kind: "step"; readonly path: string };

/**
 * Reads the positional arguments.
 * @throws UsageError where they do not say what to ask for, or a URL is none.
 */
export function readInput(
  command: SendingCommand,
  positionals: readonly string[],
  values: Values,
  curlUrl: string | undefined,
): InputSettings {
  if (command === "crawl") return { kind: "urls", urls: positionals };
  return command === "get"
    ? readUrls(positionals, values.last("from"), curlUrl)
    : readTable(positionals, values.last("format") as TableFormat | undefined, curlUrl);
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
  for (const url of urls) checkUrl(url);
  return { kind: "urls", urls };
}

/** @throws UsageError for a text that is not an absolute http or https URL. */
export function checkUrl(text: string): void {
  checkUrlText(text, "the URL");
  const shown = `"${visible(withoutPassword(text))}"`;
  if (!URL.canParse(text)) {
    const guess = `https://${text}`;
    const looksLikeHost = /^[^\s/:@]+\.[^\s/]+/.test(text) || /^localhost\b/.test(text);
    const hint = looksLikeHost && URL.canParse(guess) ? `; did you mean "${visible(guess)}"?` : "";
    throw new UsageError(`${shown} is not a URL${hint}`);
  }
  const { protocol, host } = new URL(text);
  if (protocol === "http:" || protocol === "https:") return;
  // `localhost:8080/x` parses as the scheme "localhost".
  const port = host === "" && /^[\w.-]+:\d+(?:[/?#]|$)/.test(text);
  const hint = port ? `; did you mean "http://${visible(text)}"?` : "";
  throw new UsageError(`${shown} is not an http or https URL${hint}`);
}

/** A URL as it was typed, without its password. */
export function withoutPassword(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#@]*@/i, "$1");
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
