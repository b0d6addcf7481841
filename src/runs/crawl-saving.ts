import { join } from "node:path";

import { compileSaveName } from "../jobs/extract-saved.ts";
import { nameByUrl, onlyKinds } from "./crawl-names.ts";
import { splitSaveTemplate } from "./save-template.ts";
import type { CrawlSettings } from "./crawl-settings.ts";
import type { WorkSettings } from "./work-settings.ts";
import type { Saving } from "./work-claims.ts";

/**
 * Where a crawl's files go: what `--save` says, a folder of URLs, or the folder of the run for the parts
 * of a book. Where files are downloaded, pages are not saved. Undefined where nothing is.
 */
export function savingOf(
  { output }: WorkSettings,
  crawl: CrawlSettings,
  directory: string | undefined,
): Saving | undefined {
  const takesFiles = crawl.download !== undefined || crawl.book !== undefined;
  const kinds = takesFiles ? ["file"] : ["page", "file"];
  if (output.save !== undefined) {
    const { root, template } = splitSaveTemplate(output.save);
    return { root, name: onlyKinds(compileSaveName(template), kinds) };
  }
  const isWide = crawl.within === "domain" || crawl.within === "any";
  const name = onlyKinds(nameByUrl(isWide ? "with host" : "without host"), kinds);
  if (crawl.folder !== undefined) return { root: crawl.folder, name };
  if (crawl.book === undefined || directory === undefined) return undefined;
  return { root: join(directory, "files"), name };
}
