import { stringifyJson } from "./json.ts";

/** A row's value as text: nothing for null and undefined, JSON for lists and objects. */
export function valueText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? stringifyJson(value) : String(value);
}
