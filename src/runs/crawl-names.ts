import { cell } from "../core/row.ts";
import { type SaveName, URL_VARIABLES } from "../jobs/extract-saved.ts";

/** A part of a path that looks like the name of a file. */
const FILE = /\.[a-z][a-z0-9]{0,15}$/i;

/**
 * Names files after their URLs: `/a/b.pdf` is `a/b.pdf`, `/a/` is `a/index.html`, `/a` is `a.html`; a query
 * belongs to the name. What is a folder in one URL never is a file in another: a folder that looks like a
 * file (`/a.pdf/x`) is called `a.pdf_`.
 */
export function nameByUrl(host: "with host" | "without host"): SaveName {
  return {
    variables: URL_VARIABLES,
    pathOf({ request }) {
      const url = new URL(request.url);
      const parts = url.pathname.split("/").slice(1).map(decoded);
      const last = parts.pop() ?? "";
      const query = decoded(url.search);
      const name = last === "" ? "index" : last;
      const extension = FILE.exec(name)?.[0] ?? ".html";
      const stem = name.endsWith(extension) ? name.slice(0, -extension.length) : name;
      const folders = parts.filter((part) => part !== "").map(asFolder);
      // A `?` may stand in no name.
      const file = stem + query.replace(/^[?]/, "@") + extension;
      return host === "with host" ? [url.host, ...folders, file] : [...folders, file];
    },
    keyOf: ({ request, row }) => `${request.key}\n${row.number}`,
  };
}

/** The same names for some of the rows: others are not saved. */
export function onlyKinds(name: SaveName, kinds: readonly string[]): SaveName {
  return { ...name, isSaved: ({ row }) => kinds.includes(cell(row, "kind") as string) };
}

function asFolder(part: string): string {
  return FILE.test(part) ? `${part}_` : part;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
