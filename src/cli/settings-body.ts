import { UsageError } from "../core/usage-error.ts";
import type { BodySettings } from "../runs/request-settings.ts";
import type { CurlRequest } from "./curl-file.ts";
import type { Fields } from "./header-fields.ts";
import type { ReadText, Values } from "./settings.ts";

/**
 * The body that -d, --json or a copied request gives, with the content type that goes with it.
 * @throws UsageError for JSON that is none, and for bodies that exclude each other.
 */
export async function readBody(
  values: Values,
  readText: ReadText,
  fields: Fields,
  curl: CurlRequest | undefined,
): Promise<BodySettings | undefined> {
  const data = values.all("data");
  const json = values.last("json");
  if (data.length > 0 && json !== undefined) throw new UsageError("give -d or --json, not both");
  if (json !== undefined) {
    const content = json.startsWith("@") ? await textOf(json.slice(1), readText) : json;
    if (typeof content !== "string") throw new UsageError("--json: the file is not UTF-8 text");
    checkJson(content, json.startsWith("@") ? `--json ${json}` : "the body");
    if (fields.get("content-type") === undefined) fields.add("content-type", "application/json");
    if (fields.get("accept") === undefined) fields.add("accept", "application/json");
    return { kind: "json", content };
  }
  if (data.length === 0) return curl?.body === undefined ? undefined : bodyOf(curl.body, fields);
  const parts = await Promise.all(
    data.map(async (text) =>
      text.startsWith("@") ? withoutLineEnds(await textOf(text.slice(1), readText)) : text,
    ),
  );
  if (fields.get("content-type") === undefined) {
    fields.add("content-type", "application/x-www-form-urlencoded");
  }
  if (parts.length === 1 && typeof parts[0] !== "string")
    return { kind: "bytes", content: parts[0]! };
  if (parts.some((part) => typeof part !== "string")) {
    throw new UsageError("-d: a file that is not UTF-8 text can only be sent alone");
  }
  return bodyOf(parts.join("&"), fields);
}

function bodyOf(content: string, fields: Fields): BodySettings {
  const type = fields.get("content-type") ?? "";
  if (/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) return { kind: "json", content };
  return { kind: /^application\/x-www-form-urlencoded\b/i.test(type) ? "form" : "text", content };
}

/** @throws UsageError for a text that is not JSON. */
export function checkJson(text: string, name = "the body"): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${name} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** A file's text, or its bytes where they are not UTF-8. */
async function textOf(path: string, readText: ReadText): Promise<string | Uint8Array> {
  const bytes = await readText(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return bytes;
  }
}

/** As curl's -d reads files: a line end is no part of a form. */
function withoutLineEnds(content: string | Uint8Array): string | Uint8Array {
  return typeof content === "string" ? content.replace(/[\r\n]+/g, "") : content;
}
