import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds package.json. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Paths of the files below a folder of the repo, with `/`, relative to the repo, sorted. */
export function filesBelow(folder: string, accept: (name: string) => boolean): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && accept(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
    .toSorted();
}

/** Source files that are no tests, below src/. */
export function sourceFiles(): readonly string[] {
  return filesBelow("src", (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
}

/** The text of a file of the repo. */
export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** A JSON file of the repo. */
export function jsonOf<T>(path: string): T {
  return JSON.parse(textOf(path)) as T;
}
