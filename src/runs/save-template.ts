import { resolve } from "node:path";

/** A template of file names in two: the folder that its user wrote, and what rows may fill in. */
export interface SaveTemplate {
  /** Absolute; rows never lead out of it. */
  readonly root: string;
  /** Below the root. */
  readonly template: string;
}

/** Splits at the last `/` before the first variable: `../out/{id}/x.json` is `{id}/x.json` in `../out`. */
export function splitSaveTemplate(text: string): SaveTemplate {
  const brace = text.search(/\{/);
  const fixed = brace === -1 ? text : text.slice(0, brace);
  const slash = fixed.lastIndexOf("/");
  const folder = slash === -1 ? "." : text.slice(0, slash + 1);
  return { root: resolve(folder), template: text.slice(slash + 1) };
}
