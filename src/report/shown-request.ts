import type { HttpRequest } from "../core/request.ts";
import { redactUrl } from "../formats/redact-url.ts";

/** A request as it may be shown: secrets are left out of its URL, and have no value among its fields. */
export interface ShownRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string | null }[];
  readonly bodyBytes: number;
}

/** Shows a request without its secrets. */
export function showRequest(request: HttpRequest): ShownRequest {
  const { method, url, headers, secretHeaders, body } = request;
  const fields: ShownRequest["headers"][number][] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]!;
    const isSecret = secretHeaders.includes(name.toLowerCase());
    fields.push({ name, value: isSecret ? null : headers[index + 1]! });
  }
  return {
    method,
    url: redactUrl(url),
    headers: fields,
    bodyBytes: Buffer.byteLength(body ?? ""),
  };
}
