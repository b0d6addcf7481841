import { type HeaderList, withoutHeaders } from "../core/headers.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import { redactUrl } from "../formats/redact-url.ts";
import { isSecretAnswer } from "../protocol/header-rules.ts";

/**
 * A request as HTTP/1.1 writes it (RFC 9112), whatever carried it. Secrets are left out: fields that hold
 * one, and values in the query that look like one.
 * @param fields as they left, or those that are known of them
 */
export function requestText(request: HttpRequest, fields: HeaderList): Uint8Array {
  const { method, url, target, body, secretHeaders } = request;
  const shown = withoutHeaders(fields, (name) => secretHeaders.includes(name) || name === "host");
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const length = bytes === undefined ? [] : ["content-length", String(bytes.byteLength)];
  const lines = fieldLines(["host", new URL(url).host, ...shown, ...length]);
  const head = Buffer.from(`${method} ${redactUrl(target)} HTTP/1.1\r\n${lines}\r\n`, "latin1");
  return bytes === undefined ? head : Buffer.concat([head, bytes]);
}

/** Beware: importing this module would load Node's own undici, 30 ms of start-up, for its exports. */
const reasons = (): Readonly<Record<number, string | undefined>> =>
  process.getBuiltinModule("node:http").STATUS_CODES;

/** Whether a body was decoded on its way or is as the server sent it. */
export type BodyForm = "decoded" | "as sent";

/** Fields that describe how a body came, and not what it is now. */
const OF_THE_WAY = new Set(["transfer-encoding", "content-length"]);

/**
 * The head of an answer as HTTP/1.1 writes it, up to its body. What does not hold for a decoded body any
 * more is called `x-orig-…`, as other archives do; fields that hold secrets are left out.
 */
export function responseHead(response: HttpResponse, form: BodyForm): Uint8Array {
  const { status, headers } = response;
  const fields: string[] = [];
  let length = String(response.bytes);
  for (const [name, value = []] of Object.entries(headers)) {
    if (isSecretAnswer(name)) continue;
    const values = typeof value === "string" ? [value] : value;
    const isOld = OF_THE_WAY.has(name) || (form === "decoded" && name === "content-encoding");
    const isSame = name === "content-length" && (values[0] === length || response.bytes === 0);
    if (isSame) length = values[0]!;
    else {
      const shown = name.endsWith("location") ? values.map(redactUrl) : values;
      for (const one of shown) fields.push(isOld ? `x-orig-${name}` : name, one);
    }
  }
  fields.push("content-length", length);
  const reason = reasons()[status] ?? "";
  return Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n${fieldLines(fields)}\r\n`, "latin1");
}

function fieldLines(fields: HeaderList): string {
  let lines = "";
  for (let index = 0; index < fields.length; index += 2) {
    // What came over HTTP/2 may hold what would end a line here.
    lines += `${fields[index]!}: ${fields[index + 1]!.replaceAll(/[\r\n\0]/g, " ")}\r\n`;
  }
  return lines;
}
