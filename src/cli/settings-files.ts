import { UsageError } from "../core/usage-error.ts";
import type { CrawlSettings } from "../runs/crawl-settings.ts";
import { AS_USUAL, type FileSettings } from "../jobs/file-settings.ts";
import type { OutputSettings } from "../runs/output-settings.ts";
import type { Values } from "./settings.ts";

/** How bodies are saved; undefined where that is as usual. */
export function readFileSettings(values: Values): FileSettings | undefined {
  const isUsual = !["remote-header-name", "remote-time", "dedupe"].some((name) => values.has(name));
  if (isUsual) return undefined;
  return {
    names: values.has("remote-header-name") ? "the server's" : AS_USUAL.names,
    equal: values.has("dedupe") ? "saved once" : AS_USUAL.equal,
    times: values.has("remote-time") ? "the server's" : AS_USUAL.times,
  };
}

/** @throws UsageError where nothing is saved of which it is said how, or a book would not find its chapters */
export function checkFileSettings(
  { files, save }: OutputSettings,
  crawl: CrawlSettings | undefined,
): void {
  if (files === undefined) return;
  const option = nameOf(files);
  if (save === undefined && crawl?.folder === undefined && crawl?.book === undefined) {
    const folder = crawl === undefined ? "" : " or -o FOLDER/";
    throw new UsageError(`${option} is about saved files; it needs --save TEMPLATE${folder}`);
  }
  if (crawl?.book === undefined || option === "--remote-time") return;
  throw new UsageError(`${option} cannot stand beside --merge: a book knows its chapters by name`);
}

/** The first option that says how bodies are saved, as it is typed. */
function nameOf({ names, equal }: FileSettings): string {
  if (names === "the server's") return "--remote-header-name";
  return equal === "saved once" ? "--dedupe" : "--remote-time";
}
