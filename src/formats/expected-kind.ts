import type { FileKind } from "./file-signature.ts";

/** Kinds by extension. What has no signature of its own may look like nothing. */
const BY_EXTENSION: Readonly<Record<string, readonly FileKind[]>> = {
  pdf: ["pdf"],
  ...sameFor(["zip"], "zip epub docx xlsx pptx odt ods odp jar apk cbz kmz whl"),
  ...sameFor(["gzip"], "gz tgz svgz"),
  png: ["png"],
  ...sameFor(["jpeg"], "jpg jpeg"),
  gif: ["gif"],
  webp: ["webp"],
  ...sameFor(["html", "xml", "unknown"], "html htm xhtml"),
  ...sameFor(["xml", "unknown"], "xml svg rss atom opf ncx"),
  ...sameFor(["json", "unknown"], "json geojson webmanifest"),
};

/** Media types whose subtype is no such extension. */
const BY_SUBTYPE: Readonly<Record<string, string>> = {
  "xhtml+xml": "html",
  "x-pdf": "pdf",
  "x-gzip": "gz",
  gzip: "gz",
  "x-zip-compressed": "zip",
};

/**
 * The kinds that a file may be by its name or URL's path (`ch1.pdf`) or by a media type
 * (`application/pdf; version=1.7`); undefined where that says nothing of it. Bytes of any other kind are not
 * what they claim, as an error page that is answered for a PDF.
 */
export function expectedKinds(nameOrType: string): readonly FileKind[] | undefined {
  const extension = /\.([a-z0-9]{1,16})$/i.exec(nameOrType)?.[1]?.toLowerCase();
  if (extension !== undefined && Object.hasOwn(BY_EXTENSION, extension)) {
    return BY_EXTENSION[extension];
  }
  const type = /^\s*[a-z]+\/([\w.+-]{1,128})\s*(?:;|$)/i.exec(nameOrType)?.[1]?.toLowerCase();
  if (type === undefined) return undefined;
  const suffix = type.includes("openxmlformats-") ? "zip" : type.slice(type.lastIndexOf("+") + 1);
  const name = Object.hasOwn(BY_SUBTYPE, type) ? BY_SUBTYPE[type]! : suffix;
  return Object.hasOwn(BY_EXTENSION, name) ? BY_EXTENSION[name] : undefined;
}

/** Whether bytes of a kind are what a name or media type claims; true where it claims nothing. */
export function isExpectedKind(kind: FileKind, nameOrType: string): boolean {
  return expectedKinds(nameOrType)?.includes(kind) ?? true;
}

function sameFor(kinds: readonly FileKind[], extensions: string) {
  return Object.fromEntries(extensions.split(" ").map((extension) => [extension, kinds]));
}
