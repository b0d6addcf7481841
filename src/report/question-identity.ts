import { createHash } from "node:crypto";

import type { HttpRequest } from "../core/request.ts";

/** What tells one question from others over runs: its key, and its body where it has one. */
export function questionIdentity({ key, body }: Pick<HttpRequest, "key" | "body">): string {
  if (body === undefined) return key;
  return `${key}\n${createHash("sha256").update(body).digest("hex")}`;
}
