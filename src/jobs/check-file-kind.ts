import { closeSync, openSync, readSync } from "node:fs";

import { Failure } from "../core/failure.ts";
import type { Outcome } from "../core/outcome.ts";
import type { BodyFile } from "../core/response.ts";
import { expectedKinds } from "../formats/expected-kind.ts";
import { type FileKind, fileKindOf, SIGNATURE_BYTES } from "../formats/file-signature.ts";

/** What files are to be. */
export interface FileKindOptions {
  /** What files whose names tell nothing are to be. @default what their Content-Type says */
  readonly wanted?: FileKind | undefined;
}

const NAMES: Readonly<Partial<Record<FileKind, string>>> = {
  pdf: "a PDF",
  zip: "a ZIP file",
  gzip: "a gzip file",
  html: "an HTML page",
  xml: "XML",
  json: "JSON",
  empty: "empty",
  unknown: "something else",
};

/**
 * The outcome of a download, failed as E_PARSE where its bytes are not what its name, or else its
 * Content-Type, claims: an error page that is answered for a PDF never becomes a file.
 */
export function checkFileKind(landed: Outcome, { wanted }: FileKindOptions = {}): Outcome {
  if (landed.kind !== "answered") return landed;
  const { request, response, call } = landed;
  const asked = pathOf(request.url);
  const claims = [asked, pathOf(response.url), response.header("content-type") ?? ""];
  const expected =
    claims.slice(0, 2).map(expectedKinds).find(isTold) ??
    (wanted === undefined ? expectedKinds(claims[2]!) : [wanted]);
  const kind = fileKindOf(firstBytes(response.body));
  if (expected === undefined || expected.includes(kind)) return landed;
  const words = `this is ${nameOf(kind)}, not ${nameOf(expected[0]!)}`;
  const failure = new Failure("E_PARSE", words, { request, response });
  return { kind: "failed", request, failure, call };
}

function isTold(kinds: readonly FileKind[] | undefined): boolean {
  return kinds !== undefined;
}

function nameOf(kind: FileKind): string {
  return NAMES[kind] ?? `a ${kind.toUpperCase()} image`;
}

function pathOf(url: string): string {
  return URL.parse(url)?.pathname ?? "";
}

function firstBytes(body: Uint8Array | BodyFile): Uint8Array {
  if (body instanceof Uint8Array) return body;
  const file = openSync(body.path, "r");
  try {
    const bytes = new Uint8Array(SIGNATURE_BYTES);
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}
